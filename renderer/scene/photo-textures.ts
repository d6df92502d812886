// Small pictures for the cameras: fetched a few at a time, decoded off the main thread, kept for the first few hundred.

import { DoubleSide, MeshBasicMaterial, SRGBColorSpace, Texture } from 'three';
import type { PhotoId } from '../../projects/format/scene.ts';

const mostTextures = 400;
const mostUnderWay = 4;

export class PhotoTextures {
  private readonly urlOf: (id: PhotoId) => string;
  private readonly onChange: () => void;
  private readonly materials = new Map<PhotoId, MeshBasicMaterial>();
  private readonly wanted = new Set<PhotoId>();
  private underWay = 0;
  private disposed = false;

  constructor(urlOf: (id: PhotoId) => string, onChange: () => void) {
    this.urlOf = urlOf;
    this.onChange = onChange;
  }

  /** The photo's material, or null when there is no room for more; its picture appears when it is here. */
  materialOf(id: PhotoId): MeshBasicMaterial | null {
    let material = this.materials.get(id);
    if (!material && this.materials.size < mostTextures) {
      // Until the picture is there the plane is a faint pane.
      material = new MeshBasicMaterial({ side: DoubleSide, color: 0x888888, transparent: true, opacity: 0.12 });
      this.materials.set(id, material);
      this.wanted.add(id);
      this.pump();
    }
    return material ?? null;
  }

  private pump(): void {
    for (const id of this.wanted) {
      if (this.underWay >= mostUnderWay) return;
      this.wanted.delete(id);
      this.underWay++;
      void this.load(id).finally(() => {
        this.underWay--;
        this.pump();
      });
    }
  }

  private async load(id: PhotoId): Promise<void> {
    const texture = await loadPicture(this.urlOf(id)).catch(() => null);
    const material = this.materials.get(id);
    if (this.disposed || !material || !texture) return texture?.dispose();
    material.map = texture;
    material.color.set(0xffffff);
    material.opacity = 0.92;
    material.needsUpdate = true;
    this.onChange();
  }

  dispose(): void {
    this.disposed = true;
    for (const material of this.materials.values()) {
      material.map?.dispose();
      material.dispose();
    }
    this.materials.clear();
  }
}

/** A picture from the host as a texture, decoded off the main thread. @throws when it cannot be read */
export async function loadPicture(url: string): Promise<Texture> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The host answered ${response.status}.`);
  // WebGL cannot flip an ImageBitmap while uploading it, so it is made upside down.
  const bitmap = await createImageBitmap(await response.blob(), { imageOrientation: 'flipY' });
  const texture = new Texture(bitmap);
  texture.flipY = false;
  texture.colorSpace = SRGBColorSpace;
  texture.needsUpdate = true;
  return texture;
}
