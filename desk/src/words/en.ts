import type { Schema } from '../api/client'
import type { ActName } from '../writing/acts'
import { importsEn } from './imports_en'

type Sentences = Record<string, string>

/** All that the screens say, in English; `es.ts` has the same members. */
export const en = {
  locale: 'en', dates: 'en-GB',
  languageName: (code: string): string => new Intl.DisplayNames('en', { type: 'language' }).of(code) ?? code,

  // The frame
  today: 'Today', articles: 'Articles', schedule: 'Schedule', pictures: 'Pictures', tags: 'Tags', people: 'People',
  site: 'Site', administration: 'Administration', account: 'My account', menu: 'Menu', skip: 'Skip to the content',
  signOut: 'Sign out', close: 'Close', loading: 'Loading…', back: 'Back', more: 'Show more', save: 'Save', remove: 'Remove',
  removeOf: (name: string) => `Remove ${name}`,
  broken: 'This screen could not be drawn', tryAgain: 'Try again',
  nowhere: 'There is nothing at this address',
  ended: 'Your session has ended. What you typed is kept in this browser.', signInAgain: 'Sign in again',
  copied: 'Copied',

  // Lists
  all: 'All', everything: 'Everything', search: 'Search', language: 'Language', kind: 'Kind', show: 'Show', order: 'Order',
  moreFilters: 'More filters', author: 'Author', datedFrom: 'Dated from', datedTo: 'Dated until',
  mine: 'Mine', withSchedule: 'Scheduled', inTrash: 'In the trash',
  withoutTranslation: (language: string) => `Without ${language}`,
  orders: { changed: 'Last changed', published: 'Date of publication', title: 'Title' },
  total: (count: number) => (count === 1 ? '1 article' : `${count.toLocaleString('en')} articles`),
  choose: (title: string) => `Choose ${title}`, chosen: (count: number) => `${count} chosen`,
  bulkDone: (done: number, refused: number) => (refused ? `${done} done, ${refused} refused` : `${done} done`),
  nothingHere: 'Nothing fits these filters.',
  changedBy: (when: string, who: string) => `${when}, ${who}`,
  comesOut: (when: string) => `Comes out ${when}`, alsoLive: 'An older text is public',

  // Today
  toReview: 'To review', readyToPublish: 'Ready to publish', myDrafts: 'My drafts', staleTranslations: 'Their translation is out of date',
  missingAlt: 'The picture has no alternative text', comingOut: 'In the next seven days', nothingToday: 'Nothing waits for you. Write something!',
  notSavedYet: 'Kept in this browser, not yet saved', notSavedHelp: 'Open a text to save it.',
  releaseEvents: { begins: 'comes out', ends: 'goes' },

  // A new article
  newArticle: 'New article', title: 'Title', begin: 'Begin to write', kinds: { article: 'Article', page: 'Page' },

  // Writing
  writing: 'Writing', standfirst: 'Standfirst', body: 'Text', formatting: 'Formatting', insert: 'Insert',
  count: (count: number, minutes: number) => `${count.toLocaleString('en')} ${count === 1 ? 'word' : 'words'} · ${minutes} min to read`,
  commands: {
    heading2: 'Heading', heading3: 'Smaller heading', bullets: 'List', numbers: 'Numbered list', quote: 'Quotation', picture: 'Picture',
    embed: 'Player', table: 'Table', footnote: 'Footnote', rule: 'Line', code: 'Code', bold: 'Bold', italic: 'Italic', link: 'Link',
    sub: 'Lowered', sup: 'Raised', strike: 'Struck out', undo: 'Undo', redo: 'Redo', source: 'Source',
    addRow: 'Row below', addColumn: 'Column to the right', deleteRow: 'Delete row', deleteColumn: 'Delete column', deleteTable: 'Delete table',
  },
  sourceOf: { markdown: 'Source (Markdown)', html: 'Source (HTML)', text: 'Plain text' },
  backToPage: 'Back to the page',
  sourceReasons: {
    text: 'This article is plain text, so it is shown as it is.',
    change: (piece: string) => `This text is shown as its source, because the page would change what readers see here: ${piece}`,
  },
  picturesLost: (count: number) => `${count === 1 ? 'A picture was' : `${count} pictures were`} not pasted, since readers would soon see none. Save the file and drop it into the text.`,
  pasteLost: (parts: string) => `Pasted without ${parts}.`,
  linkTo: 'Address, or words of an article', linkHelp: 'Finds drafts too. Readers find them once they are public.', setLink: 'Link', removeLink: 'Remove the link',
  playerAddress: 'Address of the video or sound', playerHelp: (hosts: string) => `From ${hosts}`,
  playerUnknown: 'Readers of this site get no player from there. Use a link.', playerTitle: 'What it shows, for those who do not see it',
  noteText: 'Note', noteHelp: 'May hold *italics* and [links](https://…).',
  chooseFile: 'A new picture from this computer', searchPictures: 'Or one of the library', noPictures: 'No picture fits.',
  altText: 'Alternative text', altHelp: 'What the picture shows, for those who do not see it.',
  caption: 'Caption', credit: 'Credit', photo: (credit: string) => `Photo: ${credit}`, uploading: 'Uploading…',
  saved: (when: string, who: string) => `Saved ${when}, ${who}`, saveNow: 'Save now',
  saveStates: {
    saved: 'Saved', unsaved: 'Typing…', saving: 'Saving…', waiting: 'Not saved yet; kept in this browser. Trying again.',
    refused: 'Not saved; kept in this browser.', clash: 'Somebody else changed the same words.',
  },
  tooLong: 'The text is too long for one article, which may have a million characters. Take something out, or divide it.',
  saveFirst: 'The text could not be saved, so nothing else was done.',
  openElsewhere: 'You have this article open in another tab too. What you write in both is joined; where both change the same words, you are asked.',
  you: 'You, in another tab,',
  restored: 'This browser had kept words that were not saved. They are in the text again.',
  keepsNothing: 'This browser keeps no copies, perhaps because its window is private. What is not saved would be lost with it.',
  takenOut: 'Not kept in the text:',
  leaveUnsaved: 'What you typed here is not saved. Leave all the same?',
  leaveClash: 'The two texts are not joined yet. Leave all the same? Yours is kept in this browser.',
  clash: (who: string) => `${who} changed the same words`,
  clashHelp: 'All other changes of both of you are joined already. Choose for each place below.',
  clashChoices: { mine: 'Mine', theirs: 'Theirs', both: 'Both, mine first' }, paragraph: 'Paragraph', deleted: '(deleted)', joinTexts: 'Join the texts',
  fieldNames: {
    lang: 'Language', title: 'Title', slug: 'Address', summary: 'Standfirst', body: 'Text', body_format: 'Format', authors: 'Authors',
    source: 'Source', image: 'Picture', rights: 'Rights', tags: 'Tags', published_at: 'Date', date_precision: 'Precision of the date',
    is_excerpt: 'Excerpt', seo: 'Search and social', canonical_url: 'Original', parent: 'Page above', position: 'Position', related: 'Related',
    kind: 'Kind', updated_at: 'Date of the last change', corrections: 'Corrections',
  } satisfies Record<keyof Schema['ArticlePatch'], string>,

  // Around the text
  aboutArticle: 'About this article', checklist: 'Checklist', details: 'Details', translations: 'Translations', notes: 'Notes', history: 'History',
  preview: 'Preview', phone: 'As on a phone', inNewTab: 'In a new tab', copyPreview: 'Copy a link for others', previewHelp: 'The link ends after a day.',
  states: {
    draft: 'Draft', in_review: 'In review', approved: 'Approved', scheduled: 'Scheduled', published: 'Public', expired: 'Expired',
    unpublished: 'Withdrawn', retracted: 'Retracted',
  },
  liveSince: (when: string, who: string) => `Public since ${when}, by ${who}.`, seeLive: 'See it',
  endings: { unpublished: 'Withdrawn', retracted: 'Retracted', expired: 'Ended', embargoed: 'Withdrawn until later' },
  acts: {
    submit: 'Ask for review', approve: 'Approve', return: 'Return', publish: 'Publish', schedule: 'Schedule…', correct: 'Correct', unpublish: 'Withdraw',
    retract: 'Retract', cancel: 'Cancel the schedule', discard: 'Discard the draft', trash: 'Move to the trash', restore: 'Restore', duplicate: 'Duplicate',
  } satisfies Record<ActName, string>,
  actHelp: {
    submit: 'Everybody who may review hears of it.', approve: 'The text is ready for a publisher.', return: 'Say what is missing.',
    publish: 'Readers see the text at once.', schedule: 'Readers see the text from this moment on, even if nobody is here.',
    correct: 'You correct the text that readers see now, with a dated note.', unpublish: 'Readers find at once that it is no longer there.',
    retract: 'Readers find the reason instead of the text.', cancel: 'The scheduled text does not come out.',
    discard: 'The draft goes, and you work on the public text again. The draft stays in the history.', trash: 'It can be restored with all its history.',
    restore: 'It comes back as it was.', duplicate: 'A new draft with the same text.',
  } satisfies Record<ActName, string>,
  actsDone: {
    submit: 'Sent for review', approve: 'Approved', return: 'Returned', publish: 'Published', schedule: 'Scheduled', correct: 'Corrected',
    unpublish: 'Withdrawn', retract: 'Retracted', cancel: 'The schedule is cancelled', discard: 'The draft is discarded', trash: 'In the trash',
    restore: 'Restored', duplicate: 'Duplicated',
  } satisfies Record<ActName, string>,
  note: 'Note', reason: 'Reason, which readers see', reasonHelp: 'Say what was wrong.', alsoIn: 'Also do this to', goesAgain: 'It ends at a certain time', until: 'Until',
  comesOutAt: 'Comes out', wouldCancel: 'This would cancel what is scheduled:', cancelAndGoOn: 'Cancel that and go on',
  skippedTime: (zone: string) => `The clocks of ${zone} skip this time. Choose another.`,
  doubleTime: (zone: string) => `The clocks of ${zone} show this time twice. Which?`, firstTime: 'The first', secondTime: 'The second',
  allReady: 'Nothing is missing.', blocks: 'Stops publication:',
  findings: {} as Sentences,
  authors: 'Authors', authorsHelp: 'Names, separated by ;', slug: 'Address', slugHelp: 'Follows the title until the first publication.',
  dateAndSource: 'Date and source', publishedAt: 'Date that readers see', removeDate: 'Without a date', precision: 'How exact the date is',
  precisions: { time: 'To the minute', day: 'Day', month: 'Month', year: 'Year', unknown: 'Unknown' },
  sourceName: 'First published by', sourceUrl: 'Address there', canonical: 'The original is at', canonicalHelp: 'Only for texts of other sites.',
  isExcerpt: 'This is an excerpt', searchAndSocial: 'Search engines and social networks', seoTitle: 'Title there', seoHelp: 'Empty means: as in the article.',
  seoDescription: 'Description there', rights: 'Rights', licence: 'Licence', syndicatable: 'Partners may publish it', pageTree: 'Place among the pages',
  parent: 'Address of the page above', position: 'Position', related: 'Related articles', addRelated: 'Add an article',
  addPicture: 'Add a picture', otherPicture: 'Another picture', noAltIn: (language: string) => `The picture has no alternative text in ${language}.`,
  addTag: 'Add a tag', proposeTag: (name: string) => `Propose “${name}” as a new tag`,
  follows: 'Follows', stale: 'Out of date', sideBySide: 'Side by side', translateInto: (language: string) => `Translate into ${language}`,
  answer: 'Answer', answerTo: (who: string) => `Answer to ${who}`, resolve: 'Resolve', reopen: 'Open again', newNote: 'Note for colleagues',
  mentionHelp: '@ana tells Ana of it.', send: 'Send', unknownMentions: (names: string) => `Nobody, or more than one, fits ${names}.`,
  fromMoment: (when: string) => `from ${when}`, autosaved: 'Typed', savedText: 'Saved', changes: 'Changes', restoredRevision: 'That text is the draft now.',
  acted: {
    submitted: 'Asked for review', approved: 'Approved', returned: 'Returned', published: 'Published', corrected: 'Corrected',
    unpublished: 'Withdrew', embargoed: 'Withdrew until later', retracted: 'Retracted', moved: 'Moved the schedule',
    cancelled: 'Cancelled the schedule', discarded: 'Discarded the draft', trashed: 'Moved to the trash', restored: 'Took it out of the trash',
    linked: 'Joined it with a translation', unlinked: 'Parted it from its translations', source_set: 'Said which text it follows',
    'preview.created': 'Made a link to preview it', 'preview.revoked': 'Ended a link to preview it',
  } satisfies Record<Schema['TimelineAct']['action'], string>,

  // Comparing, correcting, translating
  compare: 'Compare texts', compareOf: (title: string) => `Compare: ${title}`, from: 'From', to: 'To', publicText: 'What readers see', previousText: 'The text before',
  noChanges: 'The texts are the same.', notLive: 'Readers see no text of this article.',
  draftStays: 'The draft beside it stays a draft, and gets the correction too.',
  correctionNote: 'Note, which readers see', correctionHelp: 'Say what was wrong and is right now.', sameNote: (language: string) => `Same note in ${language}`,
  followsNothing: 'This article follows no other text.', translationOf: (title: string) => `Translation of ${title}`, original: 'Original', translation: 'Translation',
  sourceMoved: 'The original has changed since this translation.', showChanges: 'Show what changed', hasCaughtUp: 'The translation has caught up', caughtUp: 'Noted',
  untranslated: 'This is still the text of the original. Write over it.',

  // The schedule
  weekBefore: 'Week before', thisWeek: 'This week', weekAfter: 'Week after', together: 'Several at one moment', houseZone: (zone: string) => `All times are those of ${zone}.`,
  nothingPlanned: 'Nothing', texts: (count: number) => `${count} texts together`, replaces: 'replaces the public text', move: 'Move', moveOf: (title: string) => `Move: ${title}`,
  moved: 'Moved', allMove: (count: number) => `All ${count} texts of this release move together.`, togetherHelp: 'All of them come out at this moment, or none is scheduled.',
  scheduleFor: (when: string) => `Schedule for ${when}`,

  // Pictures and tags
  documents: 'Documents', withoutAlt: 'Without alternative text', unused: 'Not used', upload: 'Upload', uploaded: (name: string) => `${name} is here`,
  noAlt: 'No alternative text', setFocus: 'Click on what must always be seen', focusSet: 'Noted', replaceFile: 'Better file', replaced: 'The new file is in its place',
  usedBy: 'Used by', usedNowhere: 'Nothing.',
  tagTypes: { topic: 'Topic', place: 'Place', person: 'Person', organisation: 'Organisation', series: 'Series', format: 'Format' },
  name: 'Name', description: 'Description', usedTimes: 'Used', proposed: 'Proposed', above: 'Belongs to', mergeInto: 'Another tag takes its place', removeNeeds: (count: number) => `It is used ${count} times. Choose the tag that takes its place before you remove it.`, merge: 'Remove and merge', merged: 'Merged',
  mergePreview: (copies: number, live: number, events: number) => `${copies} articles (${live} of them public) and ${events} events move.`, acceptTag: 'Accept',

  // People
  portrait: 'Portrait', logo: 'Logo', otherWords: 'In other words by language',
  committee: 'Committee', sponsors: 'Sponsors', notPublic: 'Readers do not see it', addMember: 'Add a member', addSponsor: 'Add a sponsor', addAuthor: 'Add an author',
  groups: { officers: 'Officers', committee: 'Committee', staff: 'Staff' },
  sponsorKinds: { founding: 'Founding sponsor', sponsor: 'Sponsor', patron: 'Patron', funder: 'Funder', partner: 'Partner' },
  group: 'Group', role: 'Role', affiliation: 'Affiliation', biography: 'Biography', statement: 'Statement', alwaysPublic: 'Readers see the page even without articles',
  authorsIntro: 'What readers learn of those whose names stand under articles.', removeSure: (name: string) => `Remove ${name}?`,
  succession: 'New committee', successionHelp: 'Readers see the old committee until the day before.', takesOffice: 'Takes office on', leaving: 'Who leaves', joining: 'Who joins',

  // My account
  roles: { writer: 'Writer', editor: 'Editor', publisher: 'Publisher', admin: 'Administrator' },
  letterLanguage: 'Language of letters', letterZone: 'Time zone in letters', asTheSite: 'As the site', lettersWhen: 'Write to me when',
  noticeKinds: { submitted: 'a text is sent for review', returned: 'my text is returned', approved: 'my text is approved', mentioned: 'a note names me', release: 'what I scheduled is cancelled or fails' },
  changePassword: 'Change the password', oldPassword: 'Present password', newPassword: 'New password', passwordHelp: 'At least 12 characters. You sign in again afterwards.',
  secondFactor: 'Second factor', secondFactorHelp: 'A code of an app on your phone, besides the password.', code: 'Code',
  turnOn: 'Turn on', turnOff: 'Turn off', enterSecret: 'Give this secret to your authenticator app, then type its code.', openApp: 'Open the app',
  recoveryCodes: 'Recovery codes', recoveryHelp: 'Each works once, when the phone is lost. Keep them on paper. They are shown only now.',
  sessions: 'Where I am signed in', thisOne: 'Here', lastUsed: (when: string) => `Last used ${when}`, endSession: 'Sign out there',
  tokens: 'Tokens', tokensHelp: 'For programs that work in your name.', newToken: 'New token', scopes: 'What it may do', ends: (when: string) => `Ends ${when}`,
  revoke: 'Revoke', revoked: 'Revoked', shownOnce: 'This is shown only now', isOn: 'on', isOff: 'off',
  handOverLink: 'Hand this link over in a safe way. By it, the person chooses a password. It works once.', keepToken: 'Put it where the program keeps its secrets.',
  keepHookSecret: 'The other program checks with it that a message comes from here.', handOverKey: 'Hand it to the partner in a safe way.',
  scopeNames: {
    'articles:read': 'Read drafts', 'articles:write': 'Write', 'articles:review': 'Review', 'articles:publish': 'Publish', 'calendar:read': 'See the schedule in a calendar',
    'tags:write': 'Change tags and old addresses', 'people:write': 'Change people and sponsors', 'events:write': 'Change events', 'site:write': 'Change the site', 'media:write': 'Change pictures',
    'preview:write': 'Make links to preview', 'webhooks:write': 'Change webhooks', 'partners:write': 'Change partners', 'users:write': 'Change accounts', 'tokens:own': 'Make tokens',
    'audit:read': 'Read the audit', 'newsletters:write': 'Write letters', 'newsletters:send': 'Send letters', 'readers:write': 'Change who reads letters', 'operations:write': 'Run the server',
  } satisfies Record<Schema['Me']['scopes'][number], string>, copy: 'Copy',

  // Administration
  accounts: 'Accounts', webhooks: 'Webhooks', audit: 'Audit', invite: 'Invite somebody', email: 'E-mail', byLetter: 'Send a letter with a link',
  noLetters: 'This server sends no letters. You get a secret to hand over.', letterSent: 'The letter is on its way.', suspended: 'Suspended', invited: 'Invited',
  roleOf: (name: string) => `Role of ${name}`, resetPassword: 'New password', endSessions: 'Sign out everywhere', suspend: 'Suspend', unsuspend: 'Let in again', done: 'Done',
  when: 'When', who: 'Who', action: 'Act', auditSubject: 'What', address: 'Address',
  unverified: 'The other program must first answer with the challenge that it was sent. It is asked again for three days.',
  newWebhook: 'New webhook', noWebhooks: 'No program hears of changes yet.', hookStates: { pending: 'Not verified', active: 'Active', paused: 'Paused' },
  waiting: (count: number) => `${count} waiting`, failures: (count: number) => `${count} failures`, deliveries: 'Deliveries', pause: 'Pause', resume: 'Resume', tryIt: 'Send a test',
  deliveryStates: { pending: 'Waiting', delivered: 'Delivered', superseded: 'Superseded', failed: 'Failed' },

  // The site
  siteItself: 'The site', home: 'Home', featured: 'First on the home', featuredHelp: 'Open an article and press “First on the home” to add it here.', feature: 'First on the home',
  usualSections: 'The usual sections', policiesTitle: 'Policies', policiesHelp: 'Pages in which you say how you work. Search engines and readers are told of them.',
  policies: {
    mission: 'Mission and what you cover', principles: 'Principles of publishing', ethics: 'Ethics', corrections: 'Corrections', verification: 'How facts are checked',
    unnamed_sources: 'Unnamed sources', no_bylines: 'Texts without a name', ownership: 'Who owns you', funding: 'Who pays', masthead: 'Who works here',
    feedback: 'How readers are heard', diversity: 'Diversity', diversity_staffing: 'Diversity of the staff',
  } satisfies Record<keyof Schema['SitePolicies'], string>,
  aliases: 'Old addresses', aliasesHelp: 'Whoever comes by an old address is led to what answers there now. An article whose address changes is entered here by itself.',
  findPath: 'Exactly this old address', newAlias: 'Add an old address', oldPath: 'Old address', oldPathHelp: 'As it follows the name of the site, such as /news/2009/12.html',
  whatAnswers: 'What answers there', otherSite: 'Another site', nothingAnswers: 'Nothing any more', goneBecause: (reason: string) => `Gone: ${reason}`, removed: 'Removed',

  // Events
  events: 'Events', newEvent: 'New event', noEvents: 'No event yet.', toCome: 'To come', past: 'Past', wholeDays: 'It lasts whole days', starts: 'Begins', endsAt: 'Ends', place: 'Place',
  whenPublic: 'When readers see it', announcedAt: 'From', withdrawnAt: 'Until',

  // Partners
  partners: 'Partners', newPartner: 'New partner', noPartners: 'No partner yet.', seesAhead: (hours: number) => `Sees what comes out ${hours} hours ahead`, keysAndUsage: 'Keys and usage',
  terms: 'What was agreed', termsHelp: 'Markdown. The partner sees it.', perMinute: 'Requests a minute', perDay: 'Requests a day, at most', embargoHours: 'Hours it sees ahead',
  newKey: 'New key', keyFor: 'What it is for', usage: 'Usage', noUsage: 'Nothing was asked for in the last 14 days.',
  requests: (count: number, refused: number) => `${count} requests${refused ? `, ${refused} refused` : ''}`,
  keyScopes: { 'content:read': 'Read what is public', 'embargo:read': 'See ahead what is scheduled', 'usage:read': 'See its own usage', 'keys:rotate': 'Replace its own keys' } satisfies Record<Schema['PartnerKeyView']['scopes'][number], string>,
  correctionsEmail: 'E-mail for corrections', navigation: 'Menu', allPages: 'Readers see all standing pages.', ownMenu: 'Make a menu', allPagesAgain: 'All pages again',
  newEntry: 'New entry', addBelow: 'Add an entry below', upOf: (name: string) => `Move up: ${name}`, downOf: (name: string) => `Move down: ${name}`, addEntry: 'Add an entry', sections: 'Sections of the home', sectionsHelp: 'Without any, the topics with articles.',
  addSection: 'Add a section', tag: 'Tag', label: 'Label',

  // Letters
  letters: 'Letters', issues: 'Issues', rhythms: { instant: 'At once', daily: 'Daily', weekly: 'Weekly' },
  issueOf: (rhythm: string, language: string, when: string) => `${rhythm}, ${language}, ${when}`, letter: 'Letter', readersTitle: 'Readers', nextIssue: 'Next issue',
  chosenArticles: 'These articles were chosen by hand.', ruleArticles: 'These are all that became public since the last issue. Change them, and they are chosen by hand.', ruleAgain: 'All that became public again',
  emptyIssue: 'It has no article now, so nothing would go.', previewOfSaved: 'This is the letter as it is saved. Save to see your changes, then test, approve or send it.', notice: 'Notice', noIssues: 'No issue yet.',
  issueStates: { draft: 'Draft', approved: 'Approved', sending: 'Being sent', sent: 'Sent', skipped: 'Skipped', cancelled: 'Cancelled', stopped: 'Stopped' },
  issueProblems: { late: 'It was late', not_approved: 'Nobody approved it', store_restored: 'The store was restored' },
  outcomes: { planned: 'Waiting', sent: 'Sent', handed: 'Sent', failed: 'Failed', refused: 'Refused', bounced: 'Came back', complained: 'Complaints', uncertain: 'Uncertain' } as Sentences,
  subject: 'Subject', introduction: 'Introduction', trialSent: 'The test letter is on its way to you.', sendTrial: 'Send me a test', cancelIssue: 'Do not send',
  sendNow: 'Send now', sendSure: 'Really send to all readers',

  imports: importsEn,

  // What can go wrong; other codes have the server's own sentence
  problems: {
    failed: 'It did not work.', no_answer: 'The server does not answer. Check the connection.', scope_missing: 'Your role may not do this.',
    stale_revision: 'Somebody changed it before you. It is shown anew.', article_not_found: 'This article is no longer there.',
  } as Sentences,
}
