import { Markup } from './markup.ts';

/** The style sheet of the page; a module, so that a build has it without copying files. */
export const styles = new Markup(`
:root { color-scheme: light dark; --page: #fff; --ink: #18181b; --quiet: #52525b; --line: #d4d4d8; --link: #1d4ed8; }
@media (prefers-color-scheme: dark) {
  :root { --page: #18181b; --ink: #fafafa; --quiet: #a1a1aa; --line: #3f3f46; --link: #93c5fd; }
}
* { box-sizing: border-box; }
html { background: var(--page); color: var(--ink); }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1, h2, h3 { line-height: 1.25; }
h1 { font-size: 1.75rem; margin: 0; }
h2 { font-size: 1.3rem; margin: 2.5rem 0 0; }
h3 { font-size: 0.95rem; margin: 1rem 0 0.25rem; }
p { margin: 0.5rem 0; }
a { color: var(--link); }
code { font: 0.9em/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
small, em, .type, .remark, summary span { color: var(--quiet); }
.remark { display: block; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; }
dd { margin: 0; min-width: 0; }
nav ul { list-style: none; margin: 1rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; }
nav li { padding: 0.15rem 0; }
details { border: 1px solid var(--line); border-radius: 0.5rem; margin: 0.5rem 0; }
summary { padding: 0.5rem 0.75rem; cursor: pointer; }
summary span { display: block; padding-left: 1.1rem; font-size: 0.95rem; }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
details > div { padding: 0 0.75rem 0.75rem; border-top: 1px solid var(--line); }
.fields { list-style: none; margin: 0.25rem 0; padding: 0 0 0 0.75rem; border-left: 2px solid var(--line); }
.fields li { padding: 0.15rem 0; }
.problems { display: flex; flex-wrap: wrap; gap: 0.1rem 1rem; }
`);
