import module fathom;

/** The course's section 14.7, Word Similarity and Analogy: GloVe's vectors, or a stand-in of some hundred words. */
void main() throws IOException {
    var glove = TokenEmbedding.load("glove.6b.50d");
    IO.println(glove.size() + " vectors of " + glove.dimensions() + " dimensions from " + glove.source());
    for (var word : List.of("chip", "baby", "beautiful", "man")) {
        if (glove.index(word) > 0) {
            for (var similar : glove.nearest(word, 3)) {
                IO.println("cosine sim=%.3f: %s".formatted(similar.similarity(), similar.token()));
            }
        }
    }
    IO.println(glove.analogy("man", "woman", "son"));               //> daughter
    var family = List.of("man", "woman", "son", "daughter");
    Projection.plot(glove, family).save("analogy.png");
}
