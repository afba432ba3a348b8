/** The picture as a file that shows the same without this page's styles. */
import { download } from "../parts";

const KEPT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "font-family", "opacity"];

/** The drawing with its styles written into it. */
export function standalone(svg: SVGSVGElement): string {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const from = svg.querySelectorAll("rect,path,text,circle");
  const to = copy.querySelectorAll("rect,path,text,circle");
  from.forEach((element, n) => {
    const style = getComputedStyle(element);
    for (const name of KEPT) to[n]?.setAttribute(name, style.getPropertyValue(name));
  });
  copy.querySelectorAll(".hit").forEach((e) => e.remove());
  copy.querySelectorAll("[tabindex]").forEach((e) => e.removeAttribute("tabindex"));
  const box = svg.viewBox.baseVal;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(box.width));
  copy.setAttribute("height", String(box.height));
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  paper.setAttribute("width", "100%");
  paper.setAttribute("height", "100%");
  paper.setAttribute("fill", getComputedStyle(document.documentElement).backgroundColor);
  copy.prepend(paper);
  return new XMLSerializer().serializeToString(copy);
}

/** Save the drawing as SVG. */
export function saveSvg(svg: SVGSVGElement, name: string): void {
  download(`${name}.svg`, standalone(svg), "image/svg+xml");
}

/** Save the drawing as PNG, twice as fine unless that is too large for a canvas. */
export async function savePng(svg: SVGSVGElement, name: string): Promise<void> {
  const { width, height } = svg.viewBox.baseVal;
  const scale = Math.min(2, 16000 / Math.max(width, height));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone(svg))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (blob) download(`${name}.png`, blob);
}
