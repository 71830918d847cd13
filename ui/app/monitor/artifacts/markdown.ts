/**
 * Markdown as HTML that can do nothing: read by marked, cut by DOMPurify. No scripts, no styles, no forms, no pictures from
 * elsewhere; links open apart and tell nobody where they came from.
 *
 * @module
 */

import DOMPurify from "dompurify";
import { marked } from "marked";

/** Markup in the text that does nothing but shape it; all else is shown as it was written. */
const HARMLESS = /^<\/?(?:br|hr|b|i|em|strong|kbd|sub|sup|del|ins|mark|details|summary)\s*\/?>$/i;

let isReady = false;

/** HTML for the document; safe to be put into the page. */
export function markdownHtml(text: string): string {
  if (!isReady) {
    isReady = true;
    marked.use({
      renderer: {
        html: ({ text: markup }) =>
          markup.split(/(<[^>]*>)/).map((part) => HARMLESS.test(part) ? part : escaped(part)).join(""),
      },
    });
    DOMPurify.addHook("afterSanitizeAttributes", (element) => {
      if (element.tagName === "A") {
        element.setAttribute("target", "_blank");
        element.setAttribute("rel", "noopener noreferrer");
      }
      if (element.tagName === "IMG" && !/^data:image\//.test(element.getAttribute("src") ?? "")) {
        element.replaceWith(document.createTextNode(`[${element.getAttribute("alt") ?? "picture"}]`));
      }
      // A checkbox of a task list; the page has no others in documents.
      if (element.tagName === "INPUT") element.setAttribute("aria-label", "Task");
    });
  }
  const html = marked.parse(text, { async: false, gfm: true });
  return DOMPurify.sanitize(html, {
    USE_PROFILES: { html: true },
    FORBID_TAGS: ["style", "form", "button", "select", "textarea", "iframe", "video", "audio"],
    FORBID_ATTR: ["style", "srcset", "class", "id", "name"],
    ALLOW_DATA_ATTR: false,
  });
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
