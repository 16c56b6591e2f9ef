// Where every photo of a grid will be, worked out from the numbers of photos of each day as the sheet lays them out.
//
// A shape says how wide things are: `columns`, `tile` and `head`, the sizes of a tile and of a heading in pixels, and
// `byDay`, whether there are days. A day is [yyyymmdd, count, from]; `from` is 0 unless its start is in another block.

const TILES = 120; // about as many in one block
export const GAP = 4;
export const PACKED = 12; // days of up to so many photos share rows, as the sheet has it

// Days in rows.
export function rows(days, { columns, byDay }) {
  const made = [];
  let free = 0;
  for (const day of days) {
    const count = day[1] - (day[2] || 0);
    const span = byDay && day[1] <= PACKED ? Math.min(day[1], columns) : columns;
    if (span > free) {
      made.push({ days: [], lines: 1, head: byDay && !day[2] });
      free = columns;
    }
    const row = made[made.length - 1];
    row.days.push(day);
    row.lines = Math.max(row.lines, Math.ceil(count / span));
    free -= span;
  }
  return made;
}

export function rowHeight(row, shape) {
  return (row.head ? shape.head + GAP : 0) + row.lines * (shape.tile + GAP) - GAP;
}

// Rows in blocks of about TILES; a day that is larger than one is cut where a row of it ends.
export function plan(days, shape) {
  const lines = Math.max(1, Math.floor(TILES / shape.columns));
  const made = [];
  let block = null;
  for (const row of rows(days, shape)) {
    const [day, count, from = 0] = row.days[0];
    if (row.lines > lines || from) {
      block = null;
      for (let start = from; start < count; start += lines * shape.columns) {
        const end = Math.min(start + lines * shape.columns, count);
        const part = { days: [[day, end, start]], lines: Math.ceil((end - start) / shape.columns), head: row.head && !start };
        made.push(newBlock([part], query(day, start, end - start, shape)));
      }
      continue;
    }
    if (!block || block.tiles >= TILES) {
      block = newBlock([]);
      made.push(block);
    }
    block.rows.push(row);
    block.tiles += row.days.reduce((sum, one) => sum + one[1] - (one[2] || 0), 0);
  }
  for (const one of made) one.query ||= run(one.rows, shape);
  return made;
}

export function newBlock(rows, query = "") {
  return { rows, query, tiles: 0, element: null, loaded: false, near: false, asked: null };
}

export function query(day, start, count, { byDay }) {
  return byDay ? `?day=${day}&from=${start}&count=${count}` : `?from=${start}&count=${count}`;
}

// Whole days, from the first of some rows to the last.
export function run(rows, shape) {
  return shape.byDay ? `?day=${rows[0].days[0][0]}-${rows.at(-1).days.at(-1)[0]}` : query(null, 0, rows[0].days[0][1], shape);
}

export function height(block, shape) {
  return block.rows.reduce((sum, row) => sum + rowHeight(row, shape) + GAP, -GAP);
}
