import { CircleHelp, Info, Monitor, Moon, SlidersHorizontal, Sun } from 'lucide-react'
import { IconButton } from '@/components/IconButton'
import { SearchBox } from '@/features/search/SearchBox'
import { AddMusicButton } from '@/features/upload/AddMusicButton'
import { THEME_CHOICES, useTheme, type ThemeChoice } from '@/state/theme'
import { Pages } from './Pages'

/** Which panel lies over the map on a small screen. */
export type Drawer = 'controls' | 'track' | null

const THEME_ICON: Record<ThemeChoice, typeof Sun> = { system: Monitor, dark: Moon, light: Sun }

interface HeaderProps {
  /** The panel open over the map, on a small screen. */
  drawer: Drawer
  /** A drawer's button was pressed. */
  onToggle: (drawer: Drawer) => void
  /** The help's button was pressed. */
  onHelp: () => void
}

export function Header({ drawer, onToggle, onHelp }: HeaderProps) {
  return (
    <header className="header">
      <h1 className="logo" aria-label="Melodex">
        <i aria-hidden="true" />
        <span>Melodex</span>
      </h1>
      <Pages />
      <div className="header__search">
        <SearchBox />
      </div>
      <AddMusicButton />
      <IconButton label="View and colours" className="only-small" pressed={drawer === 'controls'} onClick={() => onToggle('controls')} testId="drawer-controls">
        <SlidersHorizontal size={17} />
      </IconButton>
      <IconButton label="Track" className="only-medium" pressed={drawer === 'track'} onClick={() => onToggle('track')} testId="drawer-track">
        <Info size={17} />
      </IconButton>
      <IconButton label="Help and keys (?)" className="not-small" onClick={onHelp} testId="help-button">
        <CircleHelp size={17} />
      </IconButton>
      <ThemeToggle />
    </header>
  )
}

/** System, dark, light, and around again. */
function ThemeToggle() {
  const { choice, choose } = useTheme()
  const next = THEME_CHOICES[(THEME_CHOICES.indexOf(choice) + 1) % THEME_CHOICES.length]
  const Icon = THEME_ICON[choice]
  return (
    <IconButton label={`Theme: ${choice}. Change to ${next}`} onClick={() => choose(next)} testId="theme-toggle">
      <Icon size={17} />
    </IconButton>
  )
}
