package fathom.text.tokenizers;

/**
 * A token that is found in inputs before they are split into words, such as {@code [MASK]}.
 *
 * @param content its text
 * @param special whether decoding leaves it out by default
 * @param singleWord whether it is found only where no letter or digit is next to it
 * @param lstrip whether it takes the white space before it
 * @param rstrip whether it takes the white space after it
 * @param normalized whether it is found in the normalised input, not in the input as it is
 */
public record AddedToken(
        String content, boolean special, boolean singleWord, boolean lstrip, boolean rstrip, boolean normalized) {
    /** {@return a special token} */
    public static AddedToken special(String content) {
        return new AddedToken(content, true, false, false, false, false);
    }
}
