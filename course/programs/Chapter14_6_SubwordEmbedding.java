import module fathom;

/** The course's section 14.6, Subword Embedding: fastText's n-grams, and byte-pair encoding. */
void main() {
    IO.println(Subwords.ngrams("where", 3, 3));                     //> [<wh, whe, her, ere, re>]

    var counts = new LinkedHashMap<String, Integer>();
    counts.put("fast_", 4);
    counts.put("faster_", 3);
    counts.put("tall_", 5);
    counts.put("taller_", 4);
    var alphabet = "abcdefghijklmnopqrstuvwxyz_".chars().mapToObj(Character::toString).toList();
    var bpe = BytePairEncoding.learn(counts, 10, alphabet);
    int number = 1;
    for (var merge : bpe.merges()) {
        IO.println("merge #" + number++ + ": ('" + merge.left() + "', '" + merge.right() + "')");
    }
    //> merge #1: ('t', 'a')
    //> merge #2: ('ta', 'l')
    //> merge #3: ('tal', 'l')
    //> merge #4: ('f', 'a')
    //> merge #5: ('fa', 's')
    //> merge #6: ('fas', 't')
    //> merge #7: ('e', 'r')
    //> merge #8: ('er', '_')
    //> merge #9: ('tall', '_')
    //> merge #10: ('fast', '_')
    bpe.words().values().forEach(symbols -> IO.println(String.join(" ", symbols)));
    //> fast_
    //> fast er_
    //> tall_
    //> tall er_
    for (var word : List.of("tallest_", "fatter_")) {
        IO.println(String.join(" ", bpe.segmentGreedily(word, "[UNK]")));
    }
    //> tall e s t _
    //> fa t t er_

    // a tokenizer of the kind of GPT-2, which Hugging Face's libraries read, too
    var lines = TimeMachine.text().lines().filter(line -> !line.isBlank()).limit(1000).toList();
    var tokenizer = TokenizerTrainer.train(TokenizerKind.GPT2, lines, o -> o.vocabularySize(1000));
    var encoding = tokenizer.encode("The Time Traveller smiled 👍");
    IO.println(tokenizer.size() + " tokens: " + encoding.tokens());
    IO.println(tokenizer.decode(encoding.ids()));                   //> The Time Traveller smiled 👍
}
