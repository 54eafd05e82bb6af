package fathom.text.generation;

import java.util.List;

/** Looks for stop words in a text that comes piece by piece, and holds back what may become one. */
final class StopWords {
    private final List<String> words;
    private final StringBuilder held = new StringBuilder();
    private boolean found;

    StopWords(List<String> words) {
        this.words = words;
    }

    /** {@return what may be given out after a further piece} */
    String next(String piece) {
        if (found) {
            return "";
        }
        held.append(piece);
        int first = words.stream().mapToInt(held::indexOf).filter(i -> i >= 0).min().orElse(-1);
        if (first >= 0) {
            found = true;
            return held.substring(0, first);
        }
        int safe = held.length() - held();
        String out = held.substring(0, safe);
        held.delete(0, safe);
        return out;
    }

    /** {@return the length of the longest ending that begins a stop word} */
    private int held() {
        for (int from = 0; from < held.length(); from++) {
            String ending = held.substring(from);
            if (words.stream().anyMatch(w -> w.startsWith(ending))) {
                return ending.length();
            }
        }
        return 0;
    }

    /** {@return what was held back, at the end of the text} */
    String end() {
        return found ? "" : held.toString();
    }

    boolean isFound() {
        return found;
    }
}
