package fathom.text.embeddings;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.optim.SparseAdam;
import fathom.train.Epochs;
import fathom.train.Losses;
import fathom.train.Task;
import fathom.train.Trainer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tables with gradients of rows, trained by a trainer: captured steps and eager ones give the same tables. */
class SparseTrainingTest {
    private static final class SkipGramTask extends Task<Batch> {
        private final SkipGram model;

        SkipGramTask(SkipGram model) {
            super(Batch.class, model);
            this.model = model;
        }

        @Override
        public Losses step(Batch batch) {
            return Losses.of("loss", model.loss(batch));
        }
    }

    private static ContextPairs pairs() {
        var sentences = new ArrayList<List<String>>();
        for (int i = 0; i < 60; i++) {
            sentences.add(List.of("w" + i % 5, "w" + i % 7, "w" + (i * i) % 11, "w" + i % 3));
        }
        return ContextPairs.of(WordCorpus.of(sentences, 0), 2, 3, 1);
    }

    private static float[] trained(boolean eager, int accumulate) {
        Tensors.manualSeed(5);
        var net = new SkipGram(11, 4, true);
        var trainer =
                new Trainer(
                        new SkipGramTask(net),
                        t ->
                                t.optimizer(p -> new SparseAdam(p, 0.01))
                                        .eager(eager)
                                        .accumulate(accumulate)
                                        .seed(3)
                                        .progress(false));
        trainer.fit(DataLoader.of(pairs(), 16).shuffle(true), Epochs.of(4));
        return Tensors.cat(List.of(net.center.weight.detach(), net.context.weight.detach()), 0).toFloatArray();
    }

    @Test
    void aTrainersStepUpdatesRows() {
        float[] eager = trained(true, 1);
        assertThat(trained(false, 1)).isEqualTo(eager);
    }

    @Test
    void accumulatedGradientsOfRowsAreUpdatedTogether() {
        float[] eager = trained(true, 3);
        assertThat(trained(false, 3)).isEqualTo(eager);
    }
}
