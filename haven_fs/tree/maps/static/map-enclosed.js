/* Clusters of a map that stands alone: all points are in the file (haven_fs/tree/maps/enclosed.py). After map-world.js. */
(() => {
"use strict";

const { bytesOf, grow, numbersIn, signed } = globalThis.havenMaps;

class Enclosed {
  constructor(config) {
    this.config = config;
    const numbers = numbersIn(bytesOf(config.points)), next = () => numbers.next().value;
    const unit = 2 ** -next(), firstMonth = next();
    let x = 0, y = 0;
    this.points = Array.from({ length: next() }, () => {
      x += signed(next());
      y += signed(next());
      const month = next();
      const at = firstMonth + month - 1;
      return {
        x: (x + 0.5) * unit, y: (y + 0.5) * unit, month: month && Math.floor(at / 12) * 100 + at % 12 + 1,
        count: next(), place: config.places[next() - 1], photo: config.photos[next() - 1],
      };
    });
  }

  within(days) {
    if (!days) return this.points;
    const [from, to] = days.map((day) => Math.floor(day / 100));
    return this.points.filter((point) => point.month >= from && point.month <= to);
  }

  async clusters(box, zoom, days) {
    const side = 2 ** (zoom + 2), found = new Map();
    for (const point of this.within(days)) {
      const key = `${zoom}.${Math.floor(point.x * side)}.${Math.floor(point.y * side)}`;
      const one = found.get(key) || { key, count: 0, x: 0, y: 0, points: [] };
      found.set(key, one);
      one.points.push(point);
      one.x += point.x * point.count;
      one.y += point.y * point.count;
      one.count += point.count;
      if (!one.src && point.photo) one.src = point.photo[0];
      if (point.month) {
        one.from = Math.min(one.from || Infinity, point.month * 100);
        one.to = Math.max(one.to || 0, point.month * 100);
      }
    }
    return [...found.values()].map((one) => (
      { ...one, x: one.x / one.count, y: one.y / one.count, name: this.placesOf(one.points)[0]?.[0][0] }
    ));
  }

  /* The places of points, with how many photos are from each, the largest first. */
  placesOf(points) {
    const places = new Map();
    for (const { place, count } of points) if (place) places.set(place, (places.get(place) || 0) + count);
    return [...places].sort((one, other) => other[1] - one[1]);
  }

  async details(cluster) {
    const box = [9, 9, -9, -9], shown = new Map();
    for (const point of cluster.points) {
      grow(box, point.x, point.y);
      if (point.photo) shown.set(point.photo[1], { src: point.photo[0], href: point.photo[1], name: point.photo[2] });
    }
    const places = this.placesOf(cluster.points).slice(0, 12);
    return { count: cluster.count, box, photos: [...shown.values()].slice(0, 60), places };
  }
}

globalThis.havenMaps.Enclosed = Enclosed;
})();
