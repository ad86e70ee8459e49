import { useEffect } from 'react'
import { coverUrl } from '@/api/client'
import type { Track } from '@/api/types'
import { artistLabel, trackTitle } from '@/domain/track'
import { togglePlay } from '@/state/player'

/** Media keys, the window's title, and what the system shows of the track that plays. */
export function useMediaSession(track: Track | null, step: (by: 1 | -1) => void): void {
  useEffect(() => {
    document.title = track ? `${trackTitle(track)} – ${artistLabel(track)} · Melodex` : 'Melodex'
  }, [track])
  useEffect(() => {
    if (!('mediaSession' in navigator) || !track) return
    navigator.mediaSession.metadata = new MediaMetadata({
      title: trackTitle(track),
      artist: artistLabel(track),
      album: track.album ?? '',
      artwork: track.has_cover ? [{ src: coverUrl(track.filename, 512), sizes: '512x512' }] : [],
    })
  }, [track])
  useEffect(() => {
    if (!('mediaSession' in navigator)) return
    const { mediaSession } = navigator
    mediaSession.setActionHandler('play', togglePlay)
    mediaSession.setActionHandler('pause', togglePlay)
    mediaSession.setActionHandler('previoustrack', () => step(-1))
    mediaSession.setActionHandler('nexttrack', () => step(1))
  }, [step])
}
