/** Numbers, times and tables as reports print them. The same everywhere, whatever the locale. Pure. */

/** `1234567` as `1,234,567`; fractions are rounded away above ten, and kept to one digit below. */
export function decimal(value: number): string {
  if (!Number.isInteger(value) && Math.abs(value) < 10) return value.toFixed(1);
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Milliseconds as people say them: `85 ms`, `3.2 s`, `4 min 5 s`, `2 h 3 min`, `5 d 2 h`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Rows in columns, indented by two; columns of numbers to the right, the first and those of text to the left. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const layout = Array.from({ length: columns }, (_, column) => {
    const cells = rows.map((row) => row[column] ?? '');
    return {
      width: Math.max(...cells.map((cell) => cell.length)),
      isNumber: column > 0 && cells.slice(1).every((cell) => /^-?[\d,.]+$/.test(cell)),
    };
  });
  return rows.map((row) => {
    const cells = layout.map(
      ({ width, isNumber }, column) => (isNumber ? (row[column] ?? '').padStart(width) : (row[column] ?? '').padEnd(width)),
    );
    return `  ${cells.join('  ')}`.trimEnd();
  });
}
