// Builds the desk into the package that serves it. The manifest comes last: it names the parts.
import { build } from 'esbuild'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'

const folder = '../app/desk/built'
await mkdir(folder, { recursive: true })
const { metafile } = await build({
  // What prosemirror-markdown reads Markdown with; here the server does that.
  alias: { 'markdown-it': './src/editor/no_reader.ts' },
  entryPoints: { desk: 'src/main.tsx' },
  bundle: true,
  charset: 'utf8',
  define: { 'process.env.NODE_ENV': '"production"' },
  entryNames: '[name]-[hash]',
  format: 'esm',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'linked',
  metafile: true,
  minify: true,
  outdir: folder,
  target: 'es2022',
})
const files = Object.keys(metafile.outputs).map((path) => basename(path))
const manifest = Object.fromEntries(['js', 'css'].map((kind) => [kind, files.find((name) => name.endsWith(`.${kind}`))]))
await writeFile(`${folder}/manifest.part`, JSON.stringify(manifest))
await rename(`${folder}/manifest.part`, `${folder}/manifest.json`)
for (const name of await readdir(folder)) {
  if (name !== 'manifest.json' && !files.includes(name)) await rm(`${folder}/${name}`)
}
