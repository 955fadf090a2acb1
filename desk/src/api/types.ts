import type { Schema } from './client'

export type Me = Schema['Me']
export type Article = Omit<Schema['SavedArticle'], 'removed'>
export type ArticleRow = Schema['ListedWorkingCopy']
export type ArticlePatch = Schema['ArticlePatch']
export type State = Article['state']
export type BodyFormat = Article['body_format']
export type Medium = Schema['Medium']
export type Tag = Schema['ManagedTag']
export type Diff = Schema['Diff']
export type Rendered = Schema['RenderedText']
export type NoteThread = Schema['ListedNoteThread']
export type ReleaseText = Schema['ListedReleaseText']
export type PlannedRelease = Schema['PlannedRelease']
