import { AudioLines, CircleMinus, CirclePlus, Flag, FlagTriangleRight, ListPlus, SquareCheck, SquarePlus } from 'lucide-react'
import type { Track } from '@/api/types'
import { IconButton } from '@/components/IconButton'
import { offerPlaylist } from '@/state/playlistDraft'
import { toggleSelected } from '@/state/selection'
import { changeView, getView, useView } from '@/state/view'

/** What can be done with the track in focus: select it, or make it an end of a path or a part of a blend. */
export function TrackActions({ track }: { track: Track }) {
  const { selection, page } = useView()
  const selected = selection.includes(track.id)
  const name = track.filename
  return (
    <div className="track-actions" role="group" aria-label="This track">
      <IconButton label={selected ? 'Take out of the selection (x)' : 'Add to the selection (x)'} kind="framed" pressed={selected} onClick={() => toggleSelected(track.id)} testId="select-track">
        {selected ? <SquareCheck size={15} /> : <SquarePlus size={15} />}
      </IconButton>
      <IconButton label="Add to a playlist" kind="framed" onClick={() => offerPlaylist([track.id])} testId="track-to-playlist">
        <ListPlus size={15} />
      </IconButton>
      {page !== 'track' && (
        <IconButton label="What all models hear in it" kind="framed" onClick={() => changeView({ page: 'track', track: name })} testId="open-track-page">
          <AudioLines size={15} />
        </IconButton>
      )}
      <IconButton label="Start a path here" kind="framed" onClick={() => changeView({ from: name, panel: 'path' })} testId="path-from-here">
        <FlagTriangleRight size={15} />
      </IconButton>
      <IconButton label="Lead the path here" kind="framed" onClick={() => changeView({ to: name, panel: 'path' })} testId="path-to-here">
        <Flag size={15} />
      </IconButton>
      <IconButton label="Blend: more like this" kind="framed" onClick={() => blend('plus', name)} testId="blend-plus-this">
        <CirclePlus size={15} />
      </IconButton>
      <IconButton label="Blend: less like this" kind="framed" onClick={() => blend('minus', name)} testId="blend-minus-this">
        <CircleMinus size={15} />
      </IconButton>
    </div>
  )
}

function blend(sign: 'plus' | 'minus', name: string): void {
  changeView({ [sign]: [...new Set([...getView()[sign], name])], panel: 'path' })
}
