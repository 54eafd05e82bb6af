import module fathom;
import static fathom.Tensors.*;

/** The course's section 8.5, a recurrent network from scratch: one-hot characters, clipped gradients, perplexity. */
final int HIDDEN = 512;
final int STEPS = 35;
final int BATCH = 32;
final int EPOCHS = 500;
Tensor wxh;
Tensor whh;
Tensor bh;
Tensor whq;
Tensor bq;

Tensor normal(long... shape) {
    return randn(shape).mul(0.01).requiresGrad_();
}

/** Logits of the next characters, {@code [T B, V]}, and the state after them. */
Tensor[] rnn(Tensor x, Tensor state, int size) {
    var inputs = oneHot(x.t(), size).to(FLOAT32);
    var outputs = new ArrayList<Tensor>();
    var h = state;
    for (long t = 0; t < inputs.size(0); t++) {
        h = inputs.select(0, t).matmul(wxh).add(h.matmul(whh)).add(bh).tanh();
        outputs.add(h.matmul(whq).add(bq));
    }
    return new Tensor[] {cat(outputs, 0), h};
}

String predict(String prefix, int more, Vocabulary vocabulary) {
    try (var off = Autograd.noGrad()) {
        var tokens = new ArrayList<>(Tokens.CHARACTERS.of(prefix));
        var out = rnn(vocabulary.indices(tokens).unsqueeze(0), zeros(1, HIDDEN), vocabulary.size());
        for (int i = 0; i < more; i++) {
            var last = out[0].select(0, -1).argmax(0);
            tokens.add(vocabulary.token((int) last.itemLong()));
            out = rnn(last.reshape(1, 1), out[1], vocabulary.size());
        }
        return String.join("", tokens);
    }
}

void main() {
    manualSeed(0);
    var letters = Tokens.CHARACTERS.of(TimeMachine.text()).subList(0, 10_000);
    var vocabulary = Vocabulary.of(letters);
    int n = vocabulary.size();
    wxh = normal(n, HIDDEN);
    whh = normal(HIDDEN, HIDDEN);
    bh = zeros(HIDDEN).requiresGrad_();
    whq = normal(HIDDEN, n);
    bq = zeros(n).requiresGrad_();
    var parameters = List.of(wxh, whh, bh, whq, bq);
    IO.println(rnn(tensor(new long[] {0, 1, 2, 3, 4, 5}).reshape(2, 3), zeros(2, HIDDEN), n)[0].shape());   //> [6, 28]
    IO.println("untrained: " + predict("time traveller ", 10, vocabulary));

    var optimizer = new SGD(parameters, 1);
    var state = zeros(BATCH, HIDDEN);
    var step = Captured.of((Tensor x, Tensor y) -> {
        var out = rnn(x, state.clone(), n);
        state.copy_(out[1].detach());               // gradients end at the border of the batch
        var loss = crossEntropy(out[0], y.t().reshape(-1));
        optimizer.zeroGrad();
        loss.backward();
        Clip.gradNormAsTensor_(parameters, 1);
        optimizer.step();
        return loss.detach();
    });
    var batches = Sequences.sequentialPartition(vocabulary.indices(letters), BATCH, STEPS);
    double perplexity = 0;
    long tokens = 0;
    long start = System.nanoTime();
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        state.zero_();
        double sum = 0;
        for (var batch : batches) {
            sum += step.call(batch.x(), batch.y()).item();
            tokens += batch.x().numel();
        }
        perplexity = Math.exp(sum / batches.size());
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    IO.println("perplexity %.1f, %.1f tokens/sec on cpu".formatted(perplexity, tokens / seconds));
    IO.println("the model has learned: " + (perplexity < 2));     //> the model has learned: true
    IO.println(predict("time traveller", 50, vocabulary));
    IO.println(predict("traveller", 50, vocabulary));
}
