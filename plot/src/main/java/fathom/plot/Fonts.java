package fathom.plot;

import java.awt.Font;
import java.awt.FontFormatException;
import java.awt.GraphicsEnvironment;
import java.awt.font.FontRenderContext;
import java.awt.font.TextLayout;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The fonts of images: the system's sans-serif font or, for text for which it lacks glyphs (often Chinese), another
 * installed font that has them. If none has, a warning is logged once, with the remedy.
 */
final class Fonts {
    /** The system property that names a TrueType or OpenType file to use. */
    static final String PROPERTY = "fathom.plot.font";

    private static final List<String> PREFERRED =
            List.of(
                    "Noto Sans CJK SC",
                    "Noto Sans SC",
                    "Source Han Sans SC",
                    "PingFang SC",
                    "Microsoft YaHei",
                    "WenQuanYi Micro Hei",
                    "WenQuanYi Zen Hei",
                    "SimHei",
                    "SimSun");

    /** The font per script of the first missing character; {@code NONE} if no font has it. */
    private static final ConcurrentHashMap<Character.UnicodeScript, Font> FOUND = new ConcurrentHashMap<>();

    private static final Font NONE = new Font("none", Font.PLAIN, 1);

    private Fonts() {}

    static TextLayout layout(String text, Canvas.Font font, FontRenderContext context) {
        try {
            return new TextLayout(text, fontFor(text, font), context);
        } catch (InternalError | NullPointerException e) {
            // thrown by the JDK on systems without fontconfig or without fonts
            throw new IllegalStateException(
                    "plot: this machine has no fonts to draw PNG with (on Debian, install fontconfig and fonts-dejavu-core); SVG needs none",
                    e);
        }
    }

    private static Font fontFor(String text, Canvas.Font font) {
        var usual = new Font(Font.SANS_SERIF, font.bold() ? Font.BOLD : Font.PLAIN, 1).deriveFont((float) font.size());
        int missing = usual.canDisplayUpTo(text);
        if (missing < 0) {
            return usual;
        }
        int c = text.codePointAt(missing);
        Font other = FOUND.computeIfAbsent(Character.UnicodeScript.of(c), script -> search(c, text));
        return other == NONE ? usual : other.deriveFont(font.bold() ? Font.BOLD : Font.PLAIN, (float) font.size());
    }

    private static Font search(int c, String text) {
        Font own = ofProperty();
        if (own != null && own.canDisplay(c)) {
            return own;
        }
        for (String name : PREFERRED) {
            var font = new Font(name, Font.PLAIN, 1);
            if (font.getFamily().equals(name) && font.canDisplay(c)) {
                return font;
            }
        }
        Font best = NONE;
        for (Font font : GraphicsEnvironment.getLocalGraphicsEnvironment().getAllFonts()) {
            if (font.canDisplay(c) && (best == NONE || missing(font, text) < missing(best, text))) {
                best = font;
            }
        }
        if (best == NONE) {
            System.getLogger("fathom.plot")
                    .log(
                            System.Logger.Level.WARNING,
                            "no font of this machine has \"{0}\" of the text \"{1}\": PNG shows boxes. Install one (on Debian, fonts-noto-cjk for Chinese), name a font file by -D{2}=FILE, or write SVG, whose reader brings the fonts",
                            Character.toString(c),
                            text,
                            PROPERTY);
        }
        return best;
    }

    private static long missing(Font font, String text) {
        return text.codePoints().filter(c -> !font.canDisplay(c)).count();
    }

    private static @Nullable Font ofProperty() {
        String file = System.getProperty(PROPERTY);
        if (file == null || file.isBlank()) {
            return null;
        }
        try {
            return Font.createFont(Font.TRUETYPE_FONT, new File(file));
        } catch (IOException | FontFormatException e) {
            System.getLogger("fathom.plot")
                    .log(System.Logger.Level.WARNING, "{0}: no font in {1}: {2}", PROPERTY, file, e.getMessage());
            return null;
        }
    }
}
