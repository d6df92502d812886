// The photo in front of the eye while the viewport looks through its camera, faded over the render.

import { BufferGeometry, Group, Mesh } from 'three';
import type { Frame, PhotoId } from '../../projects/format/scene.ts';
import { matrixOf } from './axes.ts';
import { pictureMaterial, setPicture } from './camera-layer.ts';
import { pictureCorners } from './camera-shape.ts';
import { loadPicture } from './photo-textures.ts';

export class ThroughLayer {
  readonly group = new Group();
  private readonly plane = new Mesh(new BufferGeometry(), pictureMaterial());
  private shown: PhotoId | null = null;
  private readonly urlsOf: (id: PhotoId) => readonly string[];
  private readonly onChange: () => void;

  /** @param urlsOf the photo's pictures, the quickest first, the best last */
  constructor(urlsOf: (id: PhotoId) => readonly string[], onChange: () => void) {
    this.urlsOf = urlsOf;
    this.onChange = onChange;
    this.plane.matrixAutoUpdate = false;
    this.plane.frustumCulled = false;
    this.plane.renderOrder = 10;
    // It lies over everything: fading it must not depend on what stands before it.
    Object.assign(this.plane.material, { transparent: true, depthTest: false, depthWrite: false });
    this.plane.visible = false;
    this.group.add(this.plane);
  }

  show(frame: Frame, distance: number): void {
    const { worldFromCamera, intrinsics, photoId } = frame;
    if (!worldFromCamera || !intrinsics) return;
    setPicture(
      this.plane.geometry,
      pictureCorners(intrinsics, distance / worldFromCamera.scale).map(([x, y, z]) => [x, y, z] as const),
    );
    matrixOf(worldFromCamera, this.plane.matrix);
    this.plane.matrixWorldNeedsUpdate = true;
    if (this.shown !== photoId) void this.load(photoId);
    this.plane.visible = this.plane.material.map !== null;
  }

  setFade(fade: number): void {
    this.plane.material.opacity = fade;
    this.onChange();
  }

  hide(): void {
    this.shown = null;
    this.plane.visible = false;
    this.setMap(null);
    this.onChange();
  }

  private async load(photoId: PhotoId): Promise<void> {
    this.shown = photoId;
    this.plane.visible = false;
    this.setMap(null);
    for (const url of this.urlsOf(photoId)) {
      const texture = await loadPicture(url).catch(() => null);
      if (this.shown !== photoId) return texture?.dispose();
      if (!texture) continue;
      this.setMap(texture);
      this.plane.visible = true;
      this.onChange();
    }
  }

  private setMap(map: typeof this.plane.material.map): void {
    this.plane.material.map?.dispose();
    this.plane.material.map = map;
    this.plane.material.needsUpdate = true;
  }

  dispose(): void {
    this.hide();
    this.plane.geometry.dispose();
    this.plane.material.dispose();
  }
}
