package fathom.text.generation;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Beam search by a decoder. */
final class BeamDecoding {
    private final DecodingSession session;
    private final List<long[]> prompts;
    private final GenerationOptions options;
    private final Set<Integer> stops;
    private final int most;

    BeamDecoding(
            DecodingSession session, List<long[]> prompts, GenerationOptions options, Set<Integer> stops, int most) {
        this.session = session;
        this.prompts = prompts;
        this.options = options;
        this.stops = stops;
        this.most = most;
    }

    /** {@return the best text of each prompt} */
    List<Beams.Hypothesis> run() {
        int width = options.beams();
        var beams = new Beams(prompts.size(), width, options.lengthPenalty(), stops, Set.of());
        var rows = new ArrayList<long[]>();
        for (long[] prompt : prompts) {
            for (int k = 0; k < width; k++) {
                rows.add(prompt);
            }
        }
        var tokens = new long[rows.size()];
        Tensor scores = session.prefill(rows).logSoftmax(-1);
        for (int written = 1; ; written++) {
            var best = scores.topk(beams.candidates(scores.size(-1)));
            long[] parents =
                    beams.advance(
                            best.values().toArray(float[][].class), best.indices().toArray(long[][].class), tokens);
            if (beams.isDone() || written == most || options.isCancelled()) {
                return beams.end().stream().map(List::getFirst).toList();
            }
            session.cache().select_(of(parents));
            scores = session.logProbabilities(of(tokens));
        }
    }

    private Tensor of(long[] values) {
        return session.cache().lengths().device().with(() -> Tensors.tensor(values, DType.INT64));
    }
}
