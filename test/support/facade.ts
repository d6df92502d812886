// A long house front with known truth: photos along it see only their neighbours, so that its ends share nothing.

import type { Features } from '../../models/geometry/features/features.ts';
import { rotationFromVector } from '../../models/geometry/linear-algebra/matrix3.ts';
import { seededRandom } from '../../models/geometry/linear-algebra/random.ts';
import type { MatchGraph } from '../../models/geometry/map/match-graph.ts';
import { verifyPair, type PairGeometry } from '../../models/geometry/two-view/verify-pair.ts';
import type { Lens } from '../../models/geometry/run/lenses.ts';
import { pinhole, projectPoint } from '../../projects/format/intrinsics.ts';
import { centerOf, toCamera, type SyntheticCamera } from './synthetic-scene.ts';

const intrinsics = pinhole(640, 480, 560);
const pointsPerMetre = 56;
/** Half a pixel: about what features of real photos are off. */
const noisePx = 0.5;
const chanceOfWrongMatch = 0.05;

export const facadeLens: Lens = {
  key: 'facade',
  widthPx: 640,
  heightPx: 480,
  focalPx: 600,
  k1: 0,
  k2: 0,
  priorFocalPx: 600,
  priorSpread: 0.1,
};

export class Facade {
  readonly cameras: SyntheticCamera[];
  private readonly points: Float64Array;
  private readonly features: { features: Features; featureOf: Map<number, number> }[];

  /** Photos a step (in metres) apart, five metres from a front that is two metres deep. */
  constructor(photoCount: number, step = 1) {
    const random = seededRandom(5);
    const wallLength = photoCount + 3;
    this.points = Float64Array.from({ length: 3 * pointsPerMetre * wallLength }, (_, i) =>
      i % 3 === 0 ? wallLength * random.next() - 2 : i % 3 === 1 ? 4 * random.next() - 2 : 4 + 2 * random.next(),
    );
    this.cameras = Array.from({ length: photoCount }, (_, i) => {
      const rotation = Float64Array.from(
        rotationFromVector(0.02 * Math.sin(i), 0.1 * Math.sin(2 * i), 0.03 * Math.cos(i)),
      );
      const center = [i, 0.3 * Math.sin(1.7 * i), 0.3 * Math.cos(2.9 * i)].map((metres) => step * metres);
      const t = [0, 3, 6].map(
        (r) => -(rotation[r] * center[0] + rotation[r + 1] * center[1] + rotation[r + 2] * center[2]),
      );
      return { rotation, translation: [t[0], t[1], t[2]] };
    });
    this.features = this.cameras.map((camera) => {
      const featureOf = new Map<number, number>();
      const seen: [number, number][] = [];
      for (let p = 0; 3 * p < this.points.length; p++) {
        const pixel = projectPoint(intrinsics, toCamera(camera, this.points, p));
        if (!pixel || pixel[0] < 0 || pixel[1] < 0 || pixel[0] > 640 || pixel[1] > 480) continue;
        const wrong = random.next() < chanceOfWrongMatch;
        featureOf.set(p, seen.length);
        seen.push(
          wrong
            ? [640 * random.next(), 480 * random.next()]
            : [pixel[0] + noisePx * random.normal(), pixel[1] + noisePx * random.normal()],
        );
      }
      return { features: featuresAt(seen), featureOf };
    });
  }

  featuresOf(photo: number): Features {
    return this.features[photo].features;
  }

  /** Verified matches of two photos, as a front end finds them. */
  matched(a: number, b: number): PairGeometry | null {
    const matches = [...this.features[a].featureOf].flatMap(([point, i]) => {
      const j = this.features[b].featureOf.get(point);
      return j === undefined ? [] : [i, j];
    });
    return verifyPair(this.featuresOf(a), this.featuresOf(b), Int32Array.from(matches));
  }

  /** Adds a photo with its verified matches to those that are there. @param photos which photos the images of the graph are */
  addTo(graph: MatchGraph, photos: readonly number[], photo: number): number {
    const imageIdx = graph.addImage(this.featuresOf(photo));
    photos.forEach((other, otherIdx) => {
      const pair = this.matched(other, photo);
      if (pair) graph.addPair(otherIdx, imageIdx, pair);
    });
    return imageIdx;
  }

  centerOf(photo: number): [number, number, number] {
    return centerOf(this.cameras[photo]);
  }
}

function featuresAt(places: readonly (readonly [number, number])[]): Features {
  return {
    widthPx: intrinsics.widthPx,
    heightPx: intrinsics.heightPx,
    count: places.length,
    xPx: Float32Array.from(places, ([x]) => x),
    yPx: Float32Array.from(places, ([, y]) => y),
    scalePx: new Float32Array(places.length).fill(2),
    described: places.length,
    descriptors: new Uint8Array(128 * places.length),
    colors: new Uint8Array(3 * places.length),
  };
}
