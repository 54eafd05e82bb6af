import module fathom;

/**
 * The course's section 8.2, Text Preprocessing: tokens and a vocabulary of The Time Machine. The course's file has 3221
 * lines and 170,580 characters; ours is another edition of the same text.
 */
void main() {
    String text = TimeMachine.text();
    var words = Tokens.WORDS.of(text);
    IO.println(words.subList(0, 8));
    var vocabulary = Vocabulary.of(words);
    IO.println(vocabulary.tokens().subList(0, 10));     //> [<unk>, the, i, and, of, a, to, was, in, that]
    IO.println(vocabulary.index("time") < 30);          //> true
    IO.println(Arrays.toString(vocabulary.indexArray(List.of("the", "i", "chronosaurus"))));    //> [1, 2, 0]

    // characters
    var corpus = Tokens.CHARACTERS.of(text);
    var letters = Vocabulary.of(corpus);
    IO.println(letters.tokens().subList(0, 6));         //> [<unk>,  , e, t, a, i]
    IO.println("%,d characters, %s different tokens".formatted(corpus.size(), letters.size()));
    var indices = letters.indices(corpus);
    IO.println(letters.tokens(indices.narrow(0, 0, 5)).equals(corpus.subList(0, 5)));           //> true
}
