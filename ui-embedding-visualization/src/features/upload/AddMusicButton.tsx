import { Upload } from 'lucide-react'
import { useRef } from 'react'
import { IconButton } from '@/components/IconButton'
import { addFiles } from '@/state/uploads'

/** For those who do not drag: choose files to add. */
export function AddMusicButton() {
  const input = useRef<HTMLInputElement>(null)
  return (
    <>
      <IconButton label="Add music" className="not-small" onClick={() => input.current?.click()} testId="add-music">
        <Upload size={17} />
      </IconButton>
      <input
        ref={input}
        type="file"
        accept="audio/*,.mp3,.wav,.ogg,.flac,.m4a"
        multiple
        hidden
        onChange={(event) => {
          addFiles(event.target.files ?? [])
          event.target.value = ''
        }}
        data-testid="add-music-input"
      />
    </>
  )
}
