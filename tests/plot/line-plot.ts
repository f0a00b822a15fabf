// A plot of lines as SVG, for a person who looks at it: axes with round numbers, a legend, no script.

export interface Line {
  readonly name: string;
  readonly color: string;
  /** x, y, in order of x. */
  readonly points: readonly (readonly [number, number])[];
  readonly isDashed?: boolean;
}

export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
}

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [840, 480, 80, 50, 30, 60];

/** 1, 2 or 5 times a power of ten, so that there are at most so many steps. */
function stepOf(most: number, steps: number): number {
  const rough = most / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
}

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

export function linePlot({ title, x, y, lines }: Plot): string {
  const all = lines.flatMap(({ points }) => points);
  const [mostX, mostY] = [Math.max(...all.map(([one]) => one), 1e-9), Math.max(...all.map(([, one]) => one), 1e-9)];
  const [stepX, stepY] = [stepOf(mostX, 10), stepOf(mostY, 8)];
  const [endX, endY] = [Math.ceil(mostX / stepX) * stepX, Math.ceil(mostY / stepY) * stepY];
  const atX = (value: number): number => LEFT + (value / endX) * (WIDTH - LEFT - RIGHT);
  const atY = (value: number): number => HEIGHT - BOTTOM - (value / endY) * (HEIGHT - TOP - BOTTOM);
  const parts = [`<text x="${LEFT}" y="28" font-size="16">${escaped(title)}</text>`];
  for (let step = 0; step <= Math.round(endX / stepX); step++) {
    const at = atX(step * stepX).toFixed(1);
    parts.push(`<path d="M${at} ${TOP}V${HEIGHT - BOTTOM}" stroke="#ddd"/><text x="${at}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${Number((step * stepX).toPrecision(6))}</text>`);
  }
  for (let step = 0; step <= Math.round(endY / stepY); step++) {
    const at = atY(step * stepY).toFixed(1);
    parts.push(`<path d="M${LEFT} ${at}H${WIDTH - RIGHT}" stroke="#ddd"/><text x="${LEFT - 8}" y="${Number(at) + 4}" text-anchor="end">${Number((step * stepY).toPrecision(6))}</text>`);
  }
  parts.push(`<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 16}" text-anchor="middle">${escaped(x)}</text>`);
  parts.push(`<text transform="translate(20 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escaped(y)}</text>`);
  lines.forEach(({ name, color, points, isDashed }, index) => {
    const path = points.map(([px, py], at) => `${at === 0 ? 'M' : 'L'}${atX(px).toFixed(1)} ${atY(py).toFixed(1)}`).join('');
    parts.push(`<path d="${path}" fill="none" stroke="${color}" stroke-width="2"${isDashed ? ' stroke-dasharray="6 4"' : ''}/>`);
    const row = TOP + 16 + index * 18;
    parts.push(`<path d="M${LEFT + 14} ${row - 4}h24" stroke="${color}" stroke-width="2"${isDashed ? ' stroke-dasharray="6 4"' : ''}/><text x="${LEFT + 44}" y="${row}">${escaped(name)}</text>`);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="#fff"/>${parts.join('\n')}</svg>\n`;
}
