import { Music } from 'lucide-react'
import { useState } from 'react'
import './controls.css'

interface CoverProps {
  /** Address of the picture; null where the file has none. */
  source: string | null
  /** CSS background in place of the picture. */
  placeholder: string
  /** Side in pixels. */
  size: number
}

/** A cover, or a quiet picture made of the track's own two colours. Decorative: the title stands beside it. */
export function Cover({ source, placeholder, size }: CoverProps) {
  const [broken, setBroken] = useState<string | null>(null)
  const picture = source !== null && source !== broken ? source : null
  return (
    <span className="cover" style={{ width: size, height: size, background: picture ? undefined : placeholder }}>
      {picture ? (
        <img src={picture} width={size} height={size} alt="" loading="lazy" onError={() => setBroken(picture)} />
      ) : (
        <Music size={Math.max(12, Math.round(size * 0.34))} aria-hidden />
      )}
    </span>
  )
}
