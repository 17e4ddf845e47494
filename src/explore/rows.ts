/** Rows of a fixed width in one typed array that grows: a queue for breadth first, a stack for depth first. */

const FIRST_ROWS = 1 << 12;

/** See the head of the file. Each row comes with the number of its state. */
export class Rows {
  readonly width: number;
  count = 0;
  private data: Int32Array;
  private ids: Int32Array = new Int32Array(FIRST_ROWS);

  constructor(width: number) {
    this.width = width;
    this.data = new Int32Array(FIRST_ROWS * width);
  }

  push(row: Int32Array, id: number): void {
    if (this.count >= this.ids.length) this.grow();
    this.data.set(row, this.count * this.width);
    this.ids[this.count] = id;
    this.count++;
  }

  /** Copies the row at `index` to `into`; its state's number. */
  read(index: number, into: Int32Array): number {
    const from = index * this.width;
    const { data } = this;
    for (let i = 0; i < this.width; i++) into[i] = data[from + i] ?? 0;
    return this.ids[index] ?? 0;
  }

  idAt(index: number): number {
    return this.ids[index] ?? 0;
  }

  /** Takes the last one away. */
  pop(into: Int32Array): number {
    this.count--;
    return this.read(this.count, into);
  }

  clear(): void {
    this.count = 0;
  }

  private grow(): void {
    const data = new Int32Array(this.data.length * 2);
    data.set(this.data);
    this.data = data;
    const ids = new Int32Array(this.ids.length * 2);
    ids.set(this.ids);
    this.ids = ids;
  }
}
