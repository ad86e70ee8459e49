/** What a cover shows: the file's own picture, or two colours made from the album, so that an album's tracks look alike. */
import { coverUrl } from '@/api/client'
import type { Track } from '@/api/types'
import { coverGradient } from './palette'
import { trackTitle } from './track'

/** size: side in CSS pixels; twice as many are asked for, for sharp screens. */
export const coverOf = (track: Track, size: number) => ({
  source: track.has_cover ? coverUrl(track.filename, size * 2) : null,
  placeholder: coverGradient(track.album ?? track.artist ?? trackTitle(track)),
  size,
})
