package fathom.train.display;

import fathom.plot.Plot;
import org.jspecify.annotations.Nullable;

/**
 * A value as it is shown.
 *
 * @param html for pages: no scripts, and all text escaped
 * @param text for readers without HTML
 * @param figure the figure that it consists of or contains; null if there is none
 */
public record RenderedValue(String html, String text, @Nullable Plot figure) {
    RenderedValue(String html, String text) {
        this(html, text, null);
    }
}
