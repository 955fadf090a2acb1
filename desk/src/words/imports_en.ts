import type { Schema } from '../api/client'

type Job = Schema['DeskImport']
type Sentences = Record<string, string>

const posts = (count: number, one: string, many: string): string => `${count.toLocaleString('en')} ${count === 1 ? one : many}`

/** What the screens of imports say, in English; `imports_es.ts` has the same members. */
export const importsEn = {
  imports: 'Imports', intro: 'Bring in the texts of another system. Every import is tried first, and can be taken back.',
  newImport: 'New import', none: 'Nothing was imported in the desk yet.', from: 'What do you move in from?', open: 'Begin',
  sources: { wordpress: 'WordPress', ghost: 'Ghost', folder: 'A folder of Markdown', jsonl: 'Willay' } satisfies Record<Job['source'], string>,
  titles: {
    wordpress: 'Import from WordPress', ghost: 'Import from Ghost', folder: 'Import of a folder', jsonl: 'Import from Willay',
  } satisfies Record<Job['source'], string>,
  exporting: {
    wordpress: 'In WordPress choose Tools, Export, All content. Large sites give several XML files; choose them together, or one ZIP of them.',
    ghost: 'In Ghost choose Settings, Import/Export, Export content. Choose the JSON file that you get.',
    folder: 'For Hugo, Jekyll, Astro and plain folders. Make one ZIP of the folder that holds everything, so that pictures are found.',
    jsonl: 'A file in the interchange format (.jsonl), as another Willay exports it, or a ZIP of it and its media.',
  } satisfies Record<Job['source'], string>,
  media: {
    wordpress: 'For the pictures, copy the folder wp-content/uploads from the old server and make a ZIP of it.',
    ghost: 'For the pictures, copy the folder content from the old server and make a ZIP of it.', folder: '', jsonl: '',
  } satisfies Record<Job['source'], string>,
  states: {
    open: 'In preparation', checking: 'Being tried', checked: 'Tried', importing: 'Coming in', stopped: 'Stopped', imported: 'Imported',
    undoing: 'Being taken back', undone: 'Taken back', failed: 'Failed',
  } satisfies Record<Job['state'], string>,
  told: {
    open: 'Send the files and try the import. Nothing is kept until you import.', checking: 'The import is being tried. Nothing is kept. You may leave this page.',
    checked: 'The import was tried. Read the report, then import.', importing: 'The texts are coming in. You may leave this page; the import goes on.',
    stopped: 'The import was stopped. What came in stays. Go on, or take it back.', imported: 'The import is done.',
    undoing: 'The import is being taken back.', undone: 'The import was taken back.', failed: 'The import failed.',
  } satisfies Record<Job['state'], string>,
  begun: (when: string, who: string) => `${when}, ${who}`,

  files: 'Files', chooseExport: 'Choose the export', chooseMedia: 'Choose the ZIP of media', dropHere: 'You may also drop files here.',
  roles: { export: 'Export', media: 'Media' } satisfies Record<Schema['ImportFileView']['role'], string>,
  sending: (share: string) => `${share} sent`, queued: 'Waits for the other files', sendingOf: (name: string) => `Sending ${name}`,
  interrupted: (problem: string) => `${problem} The file goes on by itself.`, arrivedPart: (done: string, whole: string) => `${done} of ${whole} arrived. Choose the same file again, and it goes on.`,
  tryNow: 'Try now', cancel: 'Cancel', fileChanged: 'The file on this computer has changed. Choose it again.',
  stillSending: 'The files are on their way.', needsFiles: 'Choose the export first.', needsRest: 'A file has not arrived as a whole. Choose it again, or remove it.',
  oneFile: 'This source has one file. Remove the others.',

  choices: 'Choices', otherwise: 'Other files or choices', lang: 'Language of texts that name none', langFromSource: 'As the old site says',
  zone: 'Time zone of dates without one', zoneHelp: (zone: string) => `Such as America/Lima. Empty means ${zone}.`,
  site: 'Address of the old site', siteHelp: 'Such as https://old.example. Links within the old site then lead to the new addresses.',
  dropUnknown: 'Drop unknown shortcodes', dropHelp: 'Such as [contact-form]. Without this they stay as text. The words between them always stay.',
  fetchMedia: 'Fetch absent pictures from the old site', fetchHelp: 'The import then asks the old server for each file that no ZIP holds. The old site must still answer.',
  announce: 'Tell webhooks of each article', announceHelp: 'Without this they hear of the import once, at its end.',
  types: 'Types of content that plugins made', typesHelp: 'Such as event. Types that are not named here are left.', typeName: 'Name of the type', typeAs: 'Comes as',
  addType: 'Add a type', bringAs: (kind: string) => `Bring “${kind}” as articles`, bringAsTags: (kind: string) => `Bring “${kind}” as tags`,

  tryIt: 'Try it', tryAgain: 'Try it again', stop: 'Stop', stopping: 'It stops soon.', importNow: 'Import now', goOn: 'Go on', takeBack: 'Take back', remove: 'Delete',
  removeSure: 'Delete this import and its files? What it brought stays.',
  importSure: 'Import now?', importHelp: 'Texts that were public at the old site become public here at once, as they come. Editors can work on, but it may take some seconds until their texts are saved.',
  undoSure: 'Take the import back?', undoHelp: 'What this import made goes, and readers no longer find it. What somebody edited here since stays.',
  seeArticles: 'See the articles',

  phases: { reading: 'Reading the files', checking: 'Checking every text', importing: 'Bringing the texts in', undoing: 'Taking the texts back' } satisfies Record<NonNullable<Job['phase']>, string>,
  waits: 'Waiting for the worker', waitsLong: 'No worker has begun yet. Another import may be running, or the program willay worker is not.',
  left: (minutes: number) => (minutes < 1 ? 'less than a minute left' : minutes === 1 ? 'about a minute left' : `about ${minutes} minutes left`),

  failures: {
    import_killed: 'The system ended the import three times, perhaps for want of memory. Send the export in smaller parts, or import at the command line.',
    import_failed: 'Something unexpected stopped it. The worker’s log says where. Try it again; if it fails again, report it with the file.',
    file_not_found: 'A file is no longer on the server. Send the files anew.',
    empty_archive: 'The ZIP holds no export. Choose another one.', no_archive: 'A file that must be a ZIP is none. Make a ZIP of the folder and choose it.',
  } as Sentences,
  failedHelp: 'Send the files anew, or try it again.',

  of: (passed: number, read: number, kind: string) => `${passed.toLocaleString('en')} of ${posts(read, ...(countNames[kind] ?? [`“${kind}”`, `“${kind}”`]))}`,
  summary: (parts: string, isTrial: boolean, left: number, refused: number) => [
    parts ? `${parts} ${isTrial ? 'would come' : 'came'}` : `No text ${isTrial ? 'would come' : 'came'}`,
    left ? `; ${left.toLocaleString('en')} ${left === 1 ? 'is' : 'are'} left` : '',
    refused ? `; ${posts(refused, 'record is', 'records are')} refused` : '', '.', isTrial ? ' Nothing was kept.' : '',
  ].join(''),
  unbalanced: 'The counts do not add up: something of the source is not accounted for. Please report this with the file before you rely on the import.',
  items: 'What the source holds', kind: 'Kind', inSource: 'In the source', wouldComeTitle: 'Would come', cameTitle: 'Came',
  leftTitle: 'What is left, and why', changesTitle: 'What changes within texts', markupTitle: 'Markup that is dropped', refusedTitle: 'Records that are refused', noticesTitle: 'Notices',
  madeTitle: 'What becomes of it here', created: 'New', updated: 'Changed', unchanged: 'As it was', places: 'Where', firstPlaces: 'Where, the first places',
  more: (count: number) => `and ${count.toLocaleString('en')} more`, line: (file: string, line: number) => (line ? `${file}, line ${line}` : file),
  undoneTitle: 'What was taken back', stayed: 'What stayed, because somebody edited it or something else uses it', count: 'Count',
  undoSummary: (undone: number, kept: number) => `${posts(undone, 'article was', 'articles were')} taken back${kept ? `; ${posts(kept, 'stays, because it was edited here', 'stay, because they were edited here')}` : ''}.`,
  kinds: {
    post: 'Posts', page: 'Pages', text: 'Texts', attachment: 'Files of the media library', 'file of a text': 'Files that texts show', 'picture or PDF': 'Pictures and PDFs',
    category: 'Categories', tag: 'Tags', author: 'Authors', user: 'Users', 'address of a tag': 'Addresses of tags', site: 'The site', 'damaged file': 'Damaged files',
    revision: 'Older versions', nav_menu_item: 'Entries of menus', comment: 'Comments', wp_block: 'Reusable blocks', 'other file': 'Other files', record: 'Records',
    redirect: 'Redirects', 'file of redirects': 'Files of redirects', 'old address': 'Old addresses',
  } as Sentences,
  rowsOf: (name: string) => `Rows of ${name}`, termsOf: (name: string) => `Terms of ${name}`,
  made: {
    article: 'Articles', alias: 'Old addresses', tag: 'Tags', media: 'Pictures and files', author: 'Authors', site: 'The site', sponsor: 'Sponsors',
    committee_member: 'Members', event: 'Events', newsletter_issue: 'Issues', articles: 'Articles', tags: 'Tags', authors: 'Authors',
  } as Sentences,
  /** Sentences of the server that name options of its command line. */
  sentences: {
    'its file is not here; give the folder with --media, or --fetch-media': 'its file is not here; send a ZIP of media, or let it be fetched from the old site',
    'its file is not in the folder of --media': 'its file is not in the ZIP of media',
    'picture without a whole address; give --site or --media': 'picture without a whole address; give the address of the old site, or a ZIP of media',
  } as Sentences,
  patterns: [
    [/^a type of a plugin; bring it with --type .*/, () => 'a type of a plugin'],
    [/^of a plugin; with --taxonomy .*/, () => 'of a plugin'],
    [/^text that names no language of this site \(--lang\); (.*)/, (_, rest) => `text that names no language of this site; ${rest}`],
  ] as [RegExp, (...parts: string[]) => string][],
}

const countNames: Record<string, [string, string]> = { post: ['post', 'posts'], page: ['page', 'pages'], text: ['text', 'texts'], record: ['record', 'records'] }
