package fathom.text.translation;

/** What attends to what in a sequence-to-sequence model. */
public enum AttentionKind {
    /** Tokens of the source to tokens of the source. */
    ENCODER("encoder self-attention", true, true),
    /** Tokens of the target to those that the decoder has read. */
    DECODER("decoder self-attention", false, false),
    /** Tokens of the target to tokens of the source. */
    CROSS("encoder-decoder attention", false, true);

    private final String title;
    private final boolean queriesAreSource;
    private final boolean keysAreSource;

    AttentionKind(String title, boolean queriesAreSource, boolean keysAreSource) {
        this.title = title;
        this.queriesAreSource = queriesAreSource;
        this.keysAreSource = keysAreSource;
    }

    /** {@return the name in figures} */
    public String title() {
        return title;
    }

    /** {@return whether the queries are tokens of the source, not of the target} */
    public boolean queriesAreSource() {
        return queriesAreSource;
    }

    /** {@return whether the keys are tokens of the source, not of the target} */
    public boolean keysAreSource() {
        return keysAreSource;
    }
}
