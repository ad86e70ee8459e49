/** Dark or light: by the system's setting until a person chooses. */
import { useSyncExternalStore } from 'react'
import { create } from 'zustand'
import type { Scheme } from '@/domain/palette'

export type ThemeChoice = 'system' | Scheme
export const THEME_CHOICES: readonly ThemeChoice[] = ['system', 'dark', 'light']

const STORAGE_KEY = 'melodex-theme'

function savedChoice(): ThemeChoice {
  const saved = window.localStorage.getItem(STORAGE_KEY)
  return THEME_CHOICES.find((choice) => choice === saved) ?? 'system'
}

interface ThemeState {
  choice: ThemeChoice
  choose: (choice: ThemeChoice) => void
}

export const useTheme = create<ThemeState>((set) => ({
  choice: savedChoice(),
  choose: (choice) => {
    window.localStorage.setItem(STORAGE_KEY, choice)
    set({ choice })
  },
}))

/** true while the media query matches. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const media = window.matchMedia(query)
      media.addEventListener('change', listener)
      return () => media.removeEventListener('change', listener)
    },
    () => window.matchMedia(query).matches,
  )
}

export function useScheme(): Scheme {
  const choice = useTheme((state) => state.choice)
  const systemIsLight = useMedia('(prefers-color-scheme: light)')
  return choice === 'system' ? (systemIsLight ? 'light' : 'dark') : choice
}
