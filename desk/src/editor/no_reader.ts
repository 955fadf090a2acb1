/** Stands for a reader of Markdown that the bundle does not need. */
export default function noReader(): object { return {} }
