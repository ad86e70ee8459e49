import { useQueryClient } from '@tanstack/react-query'
import { Upload as UploadIcon } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { addFiles, useUploads } from '@/state/uploads'
import './upload.css'
import { UploadList } from './UploadList'

/** Files dropped anywhere on the window go into the library. */
/** What is asked again when a track has been heard. */
const GROWN_WITH = ['models', 'projection', 'extractions', 'neighbours', 'regions', 'map quality', 'shown near', 'overlap', 'disagreement']

export function UploadLayer() {
  const over = useFileDrop(addFiles)
  useLibraryRefresh()
  return (
    <>
      {over && (
        <div className="drop-veil" data-testid="drop-veil">
          <p>
            <UploadIcon size={26} aria-hidden />
            Drop music to add it to your library
          </p>
        </div>
      )}
      <UploadList />
    </>
  )
}

const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false

/** Whether files hang over the window; what is dropped is given to `take`. */
function useFileDrop(take: (files: Iterable<File>) => void): boolean {
  const [over, setOver] = useState(false)
  useEffect(() => {
    const ending = new AbortController()
    const listen = <K extends 'dragover' | 'dragleave' | 'drop'>(name: K, act: (event: DragEvent) => void) =>
      window.addEventListener(name, (event) => carriesFiles(event) && act(event), { signal: ending.signal })
    listen('dragover', (event) => {
      event.preventDefault()
      setOver(true)
    })
    listen('dragleave', (event) => event.relatedTarget === null && setOver(false))
    listen('drop', (event) => {
      event.preventDefault()
      setOver(false)
      take(event.dataTransfer?.files ?? [])
    })
    return () => ending.abort()
  }, [take])
  return over
}

/** New tracks are listed once they are stored, and on the map once they are heard. */
function useLibraryRefresh(): void {
  const client = useQueryClient()
  const stored = useUploads(({ uploads }) => uploads.filter((upload) => upload.filename !== null).length)
  const heard = useUploads(({ uploads }) => uploads.filter((upload) => upload.stage === 'ready').length)
  const before = useRef({ stored: 0, heard: 0 })
  useEffect(() => {
    const grown = { stored: stored > before.current.stored, heard: heard > before.current.heard }
    before.current = { stored, heard }
    if (grown.stored || grown.heard) void client.invalidateQueries({ queryKey: ['tracks'] })
    if (grown.heard) for (const key of GROWN_WITH) void client.invalidateQueries({ queryKey: [key] })
  }, [client, stored, heard])
}
