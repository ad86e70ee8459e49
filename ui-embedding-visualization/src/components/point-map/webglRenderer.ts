/**
 * The map on three.js: one Points object, and a shader in two forms: round points with an outline and, where there is room, a
 * glow; and dots so small that their shape cannot be seen, which cost a third.
 */
import { BufferAttribute, BufferGeometry, Color, PerspectiveCamera, Points, Scene, ShaderMaterial, WebGLRenderer, type IUniform } from 'three'
import { FIELD_OF_VIEW_DEGREES, type View } from './camera'
import { LEVEL } from './points'
import { drawingOrder, glowFactor, isDot, MAX_SORTED, outlinePixels, sortByDepth, type Frame, type Renderer } from './renderer'

const VERTEX = /* glsl */ `
  attribute vec3 tint;
  attribute float shown;
  uniform float size, pixelRatio, reference, outline, glow;
  uniform vec3 ghost, background;
  varying vec3 vTint;
  varying float vRadius, vExtent, vShown;
  void main() {
    vec4 eye = modelViewMatrix * vec4(position, 1.0);
    gl_Position = projectionMatrix * eye;
    float nearness = clamp(reference / -eye.z, 0.4, 2.4);
    vShown = shown;
    // Farther points fade into the ground: depth that a still picture shows too.
    vTint = mix(background, mix(ghost, tint, shown), clamp(0.15 + 0.95 * nearness, 0.45, 1.0));
    vRadius = 0.5 * size * pixelRatio * nearness * mix(0.75, 1.0, shown);
    #ifdef DOTS
      gl_PointSize = 2.0 * vRadius;
    #else
      vExtent = max(vRadius * mix(1.0, glow, shown), vRadius + outline * pixelRatio) + 0.5;
      gl_PointSize = 2.0 * vExtent;
    #endif
  }`

const FRAGMENT = /* glsl */ `
  uniform vec3 background;
  uniform float outline, pixelRatio, glow;
  varying vec3 vTint;
  varying float vRadius, vExtent, vShown;
  void main() {
    #ifdef DOTS
      gl_FragColor = vec4(vTint, 1.0);
      return;
    #endif
    float r = length(gl_PointCoord - 0.5) * 2.0 * vExtent;
    float disc = 1.0 - smoothstep(vRadius - 0.6, vRadius + 0.6, r);
    float edge = vRadius + outline * pixelRatio;
    float ring = outline > 0.0 ? (1.0 - smoothstep(edge - 0.6, edge + 0.6, r)) * 0.85 : 0.0;
    float halo = glow > 0.0 ? 0.34 * vShown * pow(max(0.0, 1.0 - r / vExtent), 1.6) : 0.0;
    float alpha = max(max(disc * mix(0.9, 1.0, vShown), ring), halo);
    if (alpha < 0.02) discard;
    vec3 under = mix(vTint, background, ring > halo ? 1.0 : 0.0);
    gl_FragColor = vec4(mix(under, vTint, disc), alpha);
  }`

/** How much of its own colour a point of each level keeps, of 255. */
const SHOWN = { [LEVEL.greyed]: 0, [LEVEL.dimmed]: 70, [LEVEL.full]: 255 } as Record<number, number>

const toColor = ([red, green, blue]: readonly [number, number, number], into: Color) => into.setRGB(red / 255, green / 255, blue / 255)

function createUniforms(): Record<string, IUniform> {
  const number = (value: number) => ({ value })
  return {
    size: number(4),
    pixelRatio: number(1),
    reference: number(1),
    outline: number(0),
    glow: number(0),
    ghost: { value: new Color() },
    background: { value: new Color() },
  }
}

function createMaterials() {
  const shared = { vertexShader: VERTEX, fragmentShader: FRAGMENT, uniforms: createUniforms() }
  return {
    discs: new ShaderMaterial({ ...shared, transparent: true }),
    dots: new ShaderMaterial({ ...shared, defines: { DOTS: true } }),
  }
}

class WebglPointRenderer implements Renderer {
  readonly kind = 'webgl'
  private readonly gl: WebGLRenderer
  private readonly scene = new Scene()
  private readonly camera = new PerspectiveCamera(FIELD_OF_VIEW_DEGREES)
  private readonly materials = createMaterials()
  private readonly uniforms = this.materials.discs.uniforms
  private points = new Points(new BufferGeometry(), this.materials.discs)
  private order: Uint32Array = new Uint32Array(0)
  private sorted = false

  constructor(
    readonly canvas: HTMLCanvasElement,
    context: WebGL2RenderingContext,
  ) {
    this.gl = new WebGLRenderer({ canvas, context })
    this.gl.setClearColor(0x000000, 0)
    this.gl.sortObjects = false // there is one, and its middle would be looked for among all points
    for (const material of Object.values(this.materials)) this.gl.compile(new Points(this.points.geometry, material), this.camera)
  }

  setSize(width: number, height: number, pixelRatio: number): void {
    this.gl.setPixelRatio(pixelRatio)
    this.gl.setSize(width, height, false)
    this.camera.aspect = width / height
    this.uniforms.pixelRatio.value = pixelRatio
  }

  setPoints(positions: Float32Array, colours: Uint8Array, levels: Uint8Array): void {
    this.points.geometry.dispose()
    this.scene.clear()
    this.order = drawingOrder(levels)
    this.sorted = false
    const geometry = new BufferGeometry()
    geometry.setAttribute('position', new BufferAttribute(positions, 3))
    geometry.setAttribute('tint', new BufferAttribute(colours, 3, true))
    geometry.setAttribute('shown', new BufferAttribute(levels.map((level) => SHOWN[level]), 1, true))
    geometry.setIndex(new BufferAttribute(this.order, 1))
    this.points = new Points(geometry, this.materials.discs)
    this.points.frustumCulled = false
    this.uniforms.outline.value = outlinePixels(levels.length)
    this.uniforms.glow.value = glowFactor(levels.length)
    this.scene.add(this.points)
  }

  positionsMoved(): void {
    this.points.geometry.attributes.position.needsUpdate = true
  }

  draw(frame: Frame): void {
    this.aim(frame.view)
    if (frame.deep) this.orderPoints(frame)
    const { uniforms } = this
    uniforms.size.value = frame.size
    uniforms.reference.value = frame.view.distance
    toColor(frame.look.ghost, uniforms.ghost.value as Color)
    toColor(frame.look.background, uniforms.background.value as Color)
    const material = this.materialFor(frame)
    material.depthTest = frame.deep
    material.depthWrite = frame.deep && !this.sorted
    this.points.material = material
    this.gl.render(this.scene, this.camera)
  }

  private materialFor({ size }: Frame): ShaderMaterial {
    const { outline, pixelRatio } = this.uniforms
    const asDots = outline.value === 0 && isDot(size * (pixelRatio.value as number))
    return asDots ? this.materials.dots : this.materials.discs
  }

  private aim(view: View): void {
    const { camera } = this
    const place = (axis: number) => view.target[axis] + view.back[axis] * view.distance
    camera.position.set(place(0), place(1), place(2))
    camera.up.set(...view.up)
    camera.lookAt(...view.target)
    camera.near = view.distance / 100
    camera.far = view.distance + 20
    // Looks at the target, which need not be in the middle of the canvas. Updates the projection.
    camera.setViewOffset(view.width, view.height, view.width / 2 - view.centerX, view.height / 2 - view.centerY, view.width, view.height)
  }

  private orderPoints(frame: Frame): void {
    sortByDepth(this.order, frame.screen)
    this.sorted = this.order.length <= MAX_SORTED
    const index = this.points.geometry.getIndex()
    if (index) index.needsUpdate = true
  }

  dispose(): void {
    this.points.geometry.dispose()
    Object.values(this.materials).forEach((material) => material.dispose())
    this.gl.dispose()
    this.gl.forceContextLoss()
    this.canvas.remove()
  }
}

/** Throws where the driver refuses late. */
export const createWebglRenderer = (canvas: HTMLCanvasElement, context: WebGL2RenderingContext): Renderer => new WebglPointRenderer(canvas, context)
