/** The picture as a file that shows the same without this page's styles. */
import { download } from "../parts";

const KEPT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "font-family", "opacity"];

/** What a saved picture says of itself. */
export interface Caption {
  title: string;
  /** Lines below the title: what is shown, the day, the store's version. */
  lines: string[];
  /** Signs and what they mean. */
  legend: string[];
}

const LINE = 18;

/** The drawing with its styles, its title and its legend written into it, and nothing of the moment. */
export function standalone(svg: SVGSVGElement, caption: Caption): string {
  const dimmed = svg.hasAttribute("data-dimmed");
  svg.removeAttribute("data-dimmed"); // styles are read as they are without the pointer
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const from = svg.querySelectorAll("rect,path,text,circle");
  const to = copy.querySelectorAll("rect,path,text,circle");
  from.forEach((element, n) => {
    const style = getComputedStyle(element);
    for (const name of KEPT) to[n]?.setAttribute(name, style.getPropertyValue(name));
  });
  svg.toggleAttribute("data-dimmed", dimmed);
  copy.querySelectorAll(".hit").forEach((e) => e.remove());
  copy.querySelectorAll("[tabindex]").forEach((e) => e.removeAttribute("tabindex"));
  const box = svg.viewBox.baseVal;
  const ink = getComputedStyle(document.body).color;
  const above = [caption.title, ...caption.lines];
  const head = (above.length + 1) * LINE;
  const foot = (caption.legend.length + 1) * LINE;
  const width = Math.max(box.width, 640);
  const height = box.height + head + foot;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", `0 ${-head} ${width} ${height}`);
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  const write = (text: string, y: number, size: number, weight: string): void => {
    const line = document.createElementNS("http://www.w3.org/2000/svg", "text");
    for (const [name, value] of Object.entries({ x: "16", y: String(y), fill: ink, "font-size": `${size}px`, "font-weight": weight, "font-family": "system-ui, sans-serif" }))
      line.setAttribute(name, value);
    line.textContent = text;
    copy.append(line);
  };
  above.forEach((text, n) => write(text, -head + (n + 1) * LINE, n ? 12 : 15, n ? "400" : "700"));
  caption.legend.forEach((text, n) => write(text, box.height + (n + 1) * LINE, 11, "400"));
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ x: "0", y: String(-head), width: String(width), height: String(height) })) paper.setAttribute(name, value);
  paper.setAttribute("fill", getComputedStyle(document.documentElement).backgroundColor);
  copy.prepend(paper);
  return new XMLSerializer().serializeToString(copy);
}

/** Save the drawing as SVG. */
export function saveSvg(svg: SVGSVGElement, name: string, caption: Caption): void {
  download(`${name}.svg`, standalone(svg, caption), "image/svg+xml");
}

/** Save the drawing as PNG, twice as fine unless that is too large for a canvas. */
export async function savePng(svg: SVGSVGElement, name: string, caption: Caption): Promise<void> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(svg, caption))}`;
  await image.decode();
  const { width, height } = image;
  const scale = Math.min(2, 16000 / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (blob) download(`${name}.png`, blob);
}
