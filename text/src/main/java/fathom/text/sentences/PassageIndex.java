package fathom.text.sentences;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.io.StateDict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Passages with their vectors, for semantic search: the passages whose vectors have the largest cosines with that of a
 * question. The search is exact, one product of matrices.
 *
 * {@snippet :
 * var passages = MarkdownPassages.splitAll(Path.of("docs"), encoder::tokens, 200);
 * var index = PassageIndex.build(encoder, passages);
 * for (var hit : index.search(encoder.encodeQuery("How is a model exported?"), 5)) {
 *     IO.println(hit.score() + " " + hit.passage().heading());
 * }
 * }
 */
public final class PassageIndex {
    private static final String VECTORS = "vectors";
    private static final String PASSAGES = "fathom.passages";
    private static final String MODEL = "fathom.model";

    /** Rounding differs between machines and batches by less. */
    private static final double SAME = 1e-3;

    private final List<Passage> passages;
    private final Tensor vectors;
    private final String model;

    /**
     * An index of given vectors.
     *
     * @param passages N passages
     * @param vectors a vector for each, {@code [N, D]}; brought to the norm 1 here
     * @param model what made the vectors, such as the encoder's name
     * @throws IllegalArgumentException if there is not one vector for each passage
     */
    public PassageIndex(List<Passage> passages, Tensor vectors, String model) {
        if (vectors.dim() != 2 || vectors.size(0) != passages.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "PassageIndex: expected vectors [%d, D] for %d passages, got %s",
                            passages.size(),
                            passages.size(),
                            vectors.shape()));
        }
        this.passages = List.copyOf(passages);
        try (var off = Autograd.noGrad()) {
            this.vectors = Tensors.normalize(vectors.detach());
        }
        this.model = model;
    }

    /**
     * A passage that was found.
     *
     * @param passage the passage
     * @param score the cosine of its vector with the question's
     * @param index its place in the index
     */
    public record Hit(Passage passage, double score, int index) {}

    /** {@return the index of passages, embedded with their headings} */
    public static PassageIndex build(SentenceEncoder encoder, List<Passage> passages) {
        Tensor vectors = encoder.encode(passages.stream().map(Passage::content).toList());
        return new PassageIndex(passages, vectors, encoder.toString());
    }

    /**
     * {@return the index of passages, where only those that this index does not have are embedded}
     *
     * @throws IllegalArgumentException if this index was made with another encoder
     */
    public PassageIndex update(SentenceEncoder encoder, List<Passage> now) {
        if (vectors.size(1) != encoder.dimension() || !model.equals(encoder.toString()) || !isOf(encoder)) {
            throw new IllegalArgumentException(
                    "PassageIndex.update: the index is of %s, not of %s; build a new one".formatted(model, encoder));
        }
        var known = new HashMap<String, Integer>();
        for (int i = 0; i < passages.size(); i++) {
            known.put(passages.get(i).content(), i);
        }
        List<String> missing =
                now.stream().map(Passage::content).filter(c -> !known.containsKey(c)).distinct().toList();
        for (int i = 0; i < missing.size(); i++) {
            known.put(missing.get(i), passages.size() + i);
        }
        Tensor all = missing.isEmpty() ? vectors : Tensors.cat(List.of(vectors, encoder.encode(missing)), 0);
        long[] rows = now.stream().mapToLong(p -> known.getOrDefault(p.content(), -1)).toArray();
        return new PassageIndex(now, all.indexSelect(0, Tensors.tensor(rows)), model);
    }

    /** {@return whether an encoder makes the same vectors: other weights have the same sizes and options} */
    private boolean isOf(SentenceEncoder encoder) {
        if (passages.isEmpty()) {
            return true;
        }
        Tensor first = Tensors.normalize(encoder.encode(List.of(passages.getFirst().content())));
        return first.sub(vectors.narrow(0, 0, 1)).abs().max().item() < SAME;
    }

    /** {@return the passages} */
    public List<Passage> passages() {
        return passages;
    }

    /** {@return the vectors, of the norm 1: {@code [N, D]}} */
    public Tensor vectors() {
        return vectors;
    }

    /** {@return what made the vectors} */
    public String model() {
        return model;
    }

    /**
     * {@return the passages nearest to a question, the nearest first}
     *
     * @param question its vector, {@code [D]}
     * @param k how many; fewer if there are fewer passages
     * @throws IllegalArgumentException if the vector has another size, or k is below 1
     */
    public List<Hit> search(Tensor question, int k) {
        if (question.dim() != 1) {
            throw new IllegalArgumentException(
                    "PassageIndex.search: expected a vector [D], got %s".formatted(question.shape()));
        }
        return searchAll(question.unsqueeze(0), k).getFirst();
    }

    /**
     * {@return the passages nearest to each of several questions}
     *
     * @param questions their vectors, {@code [Q, D]}
     * @param k how many for each
     * @throws IllegalArgumentException if the vectors have another size, or k is below 1
     */
    public List<List<Hit>> searchAll(Tensor questions, int k) {
        if (questions.dim() != 2 || questions.size(1) != vectors.size(1) || k < 1) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "PassageIndex.search: expected vectors of %d numbers and k of at least 1, got %s and k=%d",
                            vectors.size(1),
                            questions.shape(),
                            k));
        }
        int n = Math.min(k, passages.size());
        var all = new ArrayList<List<Hit>>();
        if (n == 0) {
            for (long q = 0; q < questions.size(0); q++) {
                all.add(List.of());
            }
            return all;
        }
        try (var off = Autograd.noGrad()) {
            var best = SentenceEncoder.similarity(questions.detach(), vectors).topk(n);
            float[] scores = best.values().reshape(-1).toFloatArray();
            long[] rows = best.indices().reshape(-1).toLongArray();
            for (int q = 0; q < questions.size(0); q++) {
                var hits = new ArrayList<Hit>();
                for (int i = q * n; i < (q + 1) * n; i++) {
                    hits.add(new Hit(passages.get((int) rows[i]), scores[i], (int) rows[i]));
                }
                all.add(List.copyOf(hits));
            }
        }
        return all;
    }

    // ---- files ----------------------------------------------------------------------------------------------------

    /**
     * Writes the index as a {@code .safetensors} file: the vectors, and the passages as JSON in its metadata.
     *
     * @throws IOException if it cannot be written; an existing file is unchanged then
     */
    public void save(Path file) throws IOException {
        var state = new StateDict().put(VECTORS, vectors);
        state.metadata().put(MODEL, model);
        state.metadata()
                .put(
                        PASSAGES,
                        JsonMapper.shared().writeValueAsString(passages.stream().map(PassageIndex::map).toList()));
        state.save(file);
    }

    private static Map<String, Object> map(Passage p) {
        return Map.of("source", p.source(), "line", p.line(), "heading", p.heading(), "text", p.text());
    }

    /**
     * {@return an index from a file}
     *
     * @throws IOException if it cannot be read, or holds no index
     */
    public static PassageIndex load(Path file) throws IOException {
        StateDict state = StateDict.load(file);
        Tensor vectors = state.get(VECTORS);
        String json = state.metadata().get(PASSAGES);
        if (vectors == null || json == null) {
            throw new IOException(file + ": it holds no index of passages: those are written by PassageIndex.save");
        }
        try {
            var passages = new ArrayList<Passage>();
            for (Map<String, Object> p :
                    JsonMapper.shared().readValue(json, new TypeReference<List<Map<String, Object>>>() {})) {
                passages.add(
                        new Passage(
                                (String) field(p, "source"),
                                (Integer) field(p, "line"),
                                (String) field(p, "heading"),
                                (String) field(p, "text")));
            }
            return new PassageIndex(passages, vectors, state.metadata().getOrDefault(MODEL, ""));
        } catch (JacksonException | ClassCastException | IllegalArgumentException e) {
            throw new IOException("%s: damaged: %s".formatted(file, e.getMessage()), e);
        }
    }

    private static Object field(Map<String, Object> passage, String name) {
        Object value = passage.get(name);
        if (value == null) {
            throw new IllegalArgumentException("a passage lacks its " + name);
        }
        return value;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "PassageIndex(%d passages, %s)", passages.size(), model);
    }
}
