// Begins a shared page: reads what the exporter wrote into it, shows the scene, and a bar with its few buttons.

import { sharedElementIds, type SharedScene } from '../../projects/format/shared-scene.ts';
import style from './page.css?inline';
import { SharedView } from './shared-view.ts';

const textOf = (id: string): string => document.getElementById(id)?.textContent ?? '';

function element<K extends keyof HTMLElementTagNameMap>(
  kind: K,
  properties: Partial<HTMLElementTagNameMap[K]>,
  ...children: Node[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(kind), properties);
  made.append(...children);
  return made;
}

const scene = JSON.parse(textOf(sharedElementIds.scene)) as SharedScene;
const { cameras } = scene;
const canvas = element('canvas', { ariaLabel: `The scene ${scene.name}`, tabIndex: 0 });
const status = element('p', { role: 'status', className: 'quiet', textContent: 'Reading the scene…' });
const place = element('span', { className: 'place' });
let visited = -1;

document.head.append(element('style', { textContent: style }));

function visit(step: number): void {
  visited = visited < 0 ? (step > 0 ? 0 : cameras.length - 1) : (visited + step + cameras.length) % cameras.length;
  place.textContent = `${visited + 1} of ${cameras.length}`;
  place.title = cameras[visited].name;
  view?.visit(visited);
}

function leave(): void {
  visited = -1;
  place.textContent = `${cameras.length} photos`;
  view?.release();
}

function home(): void {
  leave();
  view?.home();
}

const button = (text: string, title: string, onclick: () => void): HTMLButtonElement =>
  element('button', { textContent: text, title, ariaLabel: title, onclick });

const bar = element(
  'footer',
  {},
  element('strong', { textContent: scene.name }),
  status,
  element(
    'nav',
    {},
    button('‹', 'View of the photo before (left arrow)', () => visit(-1)),
    place,
    button('›', 'View of the next photo (right arrow)', () => visit(1)),
    button('Whole scene', 'See all of it again (H)', home),
  ),
);
document.body.append(canvas, bar);

let view: SharedView | null = null;
try {
  view = new SharedView(canvas, scene);
  const light = matchMedia('(prefers-color-scheme: light)');
  const paint = (): void => view?.setBackground(light.matches ? '#eef0f1' : '#0f1114');
  light.addEventListener('change', paint);
  paint();
  leave();
  canvas.addEventListener('pointerdown', leave);
  canvas.addEventListener('wheel', leave, { passive: true });
  window.addEventListener('keydown', ({ key }) => {
    if (key === 'ArrowRight') visit(1);
    else if (key === 'ArrowLeft') visit(-1);
    else if (key === 'h' || key === 'H') home();
  });
  const answer = await fetch(`data:application/octet-stream;base64,${textOf(sharedElementIds.bytes)}`);
  const count = await view.show(new Uint8Array(await answer.arrayBuffer()));
  document.getElementById(sharedElementIds.bytes)?.remove();
  status.textContent = `${count.toLocaleString('en')} ${scene.content} · drag to turn, right drag to move, wheel to come closer, W A S D to fly`;
} catch (error) {
  status.textContent = `The scene cannot be shown: ${error instanceof Error ? error.message : String(error)}`;
}
