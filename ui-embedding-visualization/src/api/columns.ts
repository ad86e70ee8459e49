/** A map in columns, as Arrow IPC: a hundred thousand points without an object, or a number to parse, for any of them. */
import { tableFromIPC } from '@uwdata/flechette'
import type { Dimensions, Projection } from './types'

const AXES = ['x', 'y', 'z'] as const

/** What the schema says of the whole map is JSON. */
const parse = <T>(metadata: Map<string, string> | null | undefined, key: string): T => JSON.parse(metadata?.get(key) ?? 'null') as T

interface TextBatch {
  values: Uint8Array
  offsets: Int32Array
  length: number
}

/** All texts at once: a decoder that is called for each takes ten times as long. */
function readTexts({ values, offsets, length }: TextBatch): string[] {
  const bytes = values.subarray(offsets[0], offsets[length])
  const all = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  if (all.length === bytes.length) return Array.from({ length }, (_, i) => all.slice(offsets[i] - offsets[0], offsets[i + 1] - offsets[0]))
  let end = 0
  return Array.from({ length }, (_, i) => {
    const start = end
    // Code units of UTF-16: one for each character, two for one of four bytes, none for the bytes that continue it.
    for (let at = offsets[i]; at < offsets[i + 1]; at++) end += Number((values[at] & 0xc0) !== 0x80) + Number(values[at] >= 0xf0)
    return all.slice(start, end)
  })
}

interface TagBatch {
  values: Int32Array
  length: number
  dictionary: { toArray(): unknown[] }
}

const NO_TAGS = { tags: [], tagOf: new Int32Array(0) }

/** A stream of one batch has one dictionary. */
function readTags([batch]: readonly TagBatch[]): Pick<Projection, 'tags' | 'tagOf'> {
  return batch ? { tags: batch.dictionary.toArray() as string[], tagOf: batch.values.subarray(0, batch.length) } : NO_TAGS
}

/** bytes: of `/embeddings.arrow`. Flat maps lie at depth 0. */
export function readColumns(bytes: ArrayBuffer, dimensions: Dimensions): Projection {
  const table = tableFromIPC(bytes)
  const coordinates = new Float32Array(3 * table.numRows)
  AXES.slice(0, dimensions).forEach((name, axis) => {
    const column = table.getChild(name).toArray() as ArrayLike<number>
    for (let i = 0; i < column.length; i++) coordinates[3 * i + axis] = column[i]
  })
  const { metadata } = table.schema
  let names: string[] | null = null
  return {
    count: table.numRows,
    names: () => (names ??= table.getChild('name').data.flatMap((batch) => readTexts(batch as unknown as TextBatch))),
    ...readTags(table.getChild('tag').data as unknown as TagBatch[]),
    coordinates,
    dimensions,
    note: parse<string | null>(metadata, 'note'),
    stale: parse<boolean | null>(metadata, 'stale') ?? false,
  }
}
