// Builds the page into the Python package, with the licences of everything that is in it.
import { readFileSync, readdirSync, existsSync } from "node:fs";
import { join } from "node:path";
import { build, defineConfig } from "vite";

const ALLOWED = new Set(["MIT", "ISC", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0"]);

/** Packages by name, with the folder that each was built from. */
const packages = new Map();

/** Notes the packages of a bundle; the worker is a bundle of its own, made before the page's. */
function collect(bundle) {
  for (const chunk of Object.values(bundle)) {
    for (const id of chunk.type === "chunk" ? chunk.moduleIds : []) {
      const found = /^\0?(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(id); // \0 marks what a plugin made of it
      if (found && !packages.has(found[2])) packages.set(found[2], found[1]);
    }
  }
}

/** Writes THIRD_PARTY.txt and refuses a licence that may not be shipped. */
function thirdParty() {
  return {
    name: "third-party",
    generateBundle(_options, bundle) {
      collect(bundle);
      const parts = [...packages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, folder]) => {
        const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
        if (!ALLOWED.has(about.license)) {
          throw new Error(`${name} is under ${about.license}, which this page may not carry`);
        }
        const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
        const text = file && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : "";
        return `${name} ${about.version} (${about.license})\n\n${text.trim()}\n`;
      });
      const source = `The page contains these packages.\n\n${parts.join("\n" + "-".repeat(78) + "\n\n")}`;
      this.emitFile({ type: "asset", fileName: "THIRD_PARTY.txt", source });
    },
  };
}

/** Builds the explorer for notebooks beside the page: one module that loads nothing. */
function notebook() {
  let outDir = "";
  return {
    name: "notebook",
    apply: "build",
    configResolved(config) {
      outDir = config.build.outDir;
    },
    async closeBundle() {
      await build({
        configFile: false,
        logLevel: "error",
        define: { "process.env.NODE_ENV": '"production"' },
        build: {
          outDir,
          emptyOutDir: false,
          copyPublicDir: false,
          target: "es2022",
          lib: { entry: "src/widget.tsx", formats: ["es"], fileName: () => "notebook.js" },
        },
      });
    },
  };
}

export default defineConfig({
  // no bound of time on a test: a loaded machine is no fault
  test: { testTimeout: 0, hookTimeout: 0 },
  plugins: [thirdParty(), notebook()],
  worker: { format: "es", plugins: () => [{ name: "third-party-of-worker", generateBundle: (_options, bundle) => collect(bundle) }] },
  build: {
    outDir: "../src/provenance_graph/service/static",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": "http://127.0.0.1:8000", "/sparql": "http://127.0.0.1:8000" } },
});
