/** Colours of data. Categories: Okabe–Ito and neighbours (safe for the common colour blindnesses); numbers: viridis. */

export type Scheme = 'dark' | 'light'
export type Rgb = readonly [number, number, number]

const hex = (code: string): Rgb => [1, 3, 5].map((at) => parseInt(code.slice(at, at + 2), 16)) as unknown as Rgb

export const CATEGORY_COLOURS: Record<Scheme, readonly Rgb[]> = {
  dark: ['#56b4e9', '#e69f00', '#cc79a7', '#d55e00', '#f0e442', '#009e73', '#9a8cff', '#7bd389', '#3f7fd6', '#c49a6c', '#ff9da7', '#4fd1c5'].map(hex),
  light: ['#3d9fdb', '#e08e00', '#c2619a', '#d55e00', '#b59a00', '#00875f', '#7a68ee', '#4fae60', '#1f5fb8', '#96683a', '#e8697a', '#149c92'].map(hex),
}

/** Tracks in no coloured category: "other", and "unknown" where the field is empty. */
export const OTHER_COLOUR: Record<Scheme, Rgb> = { dark: hex('#8d96aa'), light: hex('#7d8594') }
export const UNKNOWN_COLOUR: Record<Scheme, Rgb> = { dark: hex('#5b6478'), light: hex('#a6acb8') }

/** What the map itself needs: its ground and the grey of what is filtered out. */
export const MAP_COLOURS: Record<Scheme, { background: Rgb; ghost: Rgb }> = {
  dark: { background: hex('#0a0c10'), ghost: hex('#2a3040') },
  light: { background: hex('#f6f5f1'), ghost: hex('#d9d7cf') },
}

const VIRIDIS = ['#440154', '#482878', '#3e4989', '#31688e', '#26828e', '#1f9e89', '#35b779', '#6ece58', '#b5de2b', '#fde725'].map(hex)
/** The end of the scale that would vanish into the background is left off. */
const VISIBLE_RANGE: Record<Scheme, [number, number]> = { dark: [0.22, 1], light: [0, 0.88] }

/** fraction: 0 … 1 along the scale. */
export function numberColour(fraction: number, scheme: Scheme): Rgb {
  const [low, high] = VISIBLE_RANGE[scheme]
  const place = (low + (high - low) * Math.min(1, Math.max(0, fraction))) * (VIRIDIS.length - 1)
  const at = Math.min(VIRIDIS.length - 2, Math.floor(place))
  return VIRIDIS[at].map((channel, i) => Math.round(channel + (VIRIDIS[at + 1][i] - channel) * (place - at))) as unknown as Rgb
}

export const cssColour = ([red, green, blue]: Rgb, alpha = 1): string => `rgb(${red} ${green} ${blue} / ${alpha})`

/** A colour scale as a CSS gradient, left to right. */
export const numberGradient = (scheme: Scheme): string =>
  `linear-gradient(90deg, ${[0, 0.2, 0.4, 0.6, 0.8, 1].map((at) => cssColour(numberColour(at, scheme))).join(', ')})`

/** Two hues that belong to a text for good: the stand-in for a missing cover. */
export function coverGradient(text: string): string {
  let hash = 2166136261
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619)
  const hue = (hash >>> 0) % 360
  const turn = 40 + ((hash >>> 9) % 90)
  return `linear-gradient(135deg, hsl(${hue} 62% 62%), hsl(${(hue + turn) % 360} 42% 46%) 60%, hsl(${(hue + turn + 30) % 360} 36% 27%))`
}
