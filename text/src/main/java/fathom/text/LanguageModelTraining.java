package fathom.text;

import fathom.Scope;
import fathom.Tensor;
import fathom.optim.Clip;
import fathom.optim.SGD;
import java.util.List;

/**
 * Trains a language model as the course does: stochastic gradient descent, gradients' norm clipped at 1, states handed
 * on from batch to batch where those go on in the text.
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-neural-networks/rnn-scratch.html">Dive into Deep Learning, Recurrent
 *     Neural Network Implementation from Scratch</a>
 */
public final class LanguageModelTraining {
    private final GRULanguageModel model;
    private final SGD optimizer;
    private final List<Tensor> parameters;

    /** With this learning rate. */
    public LanguageModelTraining(GRULanguageModel model, double lr) {
        this.model = model;
        parameters = model.parameters();
        optimizer = new SGD(parameters, lr);
    }

    /**
     * What a pass gave.
     *
     * @param perplexity e to the mean loss: among how many tokens, equally probable, the choice seems to be
     * @param tokens the tokens learned from
     * @param seconds how long it took
     */
    public record Epoch(double perplexity, long tokens, double seconds) {
        /** {@return tokens per second} */
        public double speed() {
            return tokens / seconds;
        }
    }

    /**
     * {@return what a pass over the batches gave}
     *
     * @param goesOn whether each row of a batch goes on where that of the batch before ended
     */
    public Epoch epoch(List<Sequences.Window> windows, boolean goesOn) {
        double sum = 0;
        long tokens = 0;
        Tensor hidden = null;
        long start = System.nanoTime();
        for (Sequences.Window w : windows) {
            try (var scope = Scope.open()) {
                var output = model.forward(w.x(), goesOn ? hidden : null);
                Tensor loss = GRULanguageModel.loss(output, w.y());
                optimizer.zeroGrad();
                loss.backward();
                Clip.gradNorm_(parameters, 1);
                optimizer.step();
                hidden = output.hidden().detach().clone().keep();
                sum += loss.item() * w.y().numel();
                tokens += w.y().numel();
            }
        }
        return new Epoch(Math.exp(sum / tokens), tokens, (System.nanoTime() - start) / 1e9);
    }
}
