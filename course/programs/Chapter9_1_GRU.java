import module fathom;
import static fathom.Tensors.*;

/** The course's section 9.1, Gated Recurrent Units: the gates by hand, then the layer, which gives the same. */
final int HIDDEN = 256;

/** The hidden states of all steps by the formulas, {@code [T, B, H]}. */
Tensor byHand(Tensor inputs, Tensor state, GRU gru) {
    var w = gru.namedParameters();
    var outputs = new ArrayList<Tensor>();
    var h = state;
    for (long t = 0; t < inputs.size(0); t++) {
        var x = linear(inputs.select(0, t), w.get("weight_ih_l0"), w.get("bias_ih_l0")).chunk(3, 1);
        var g = linear(h, w.get("weight_hh_l0"), w.get("bias_hh_l0")).chunk(3, 1);
        var reset = x.get(0).add(g.get(0)).sigmoid();
        var update = x.get(1).add(g.get(1)).sigmoid();
        var candidate = x.get(2).add(reset.mul(g.get(2))).tanh();
        h = update.mul(h).add(ones().sub(update).mul(candidate));
        outputs.add(h);
    }
    return stack(outputs, 0);
}

void main() {
    manualSeed(0);
    var letters = Tokens.CHARACTERS.of(TimeMachine.text()).subList(0, 10_000);
    var vocabulary = Vocabulary.of(letters);
    var gru = new GRU(vocabulary.size(), HIDDEN);
    var x = oneHot(randint(0, 28, 35, 2), 28).to(FLOAT32);
    IO.println(gru.forward(x).output().allclose(byHand(x, zeros(2, HIDDEN), gru), 1e-4, 1e-5));     //> true

    var net = new StatefulLanguageModel(new RecurrentLanguageModel(gru), 32);
    var run = new Trainer(net.task(), t -> t.optimizer(p -> new SGD(p, 1)).clipNorm(1).progress(false))
            .fit(Sequences.sequentialPartition(vocabulary.indices(letters), 32, 35), Epochs.of(500));
    IO.println("perplexity %.1f, %.1f tokens/sec on cpu"
            .formatted(Math.exp(run.last().loss()), run.examplesPerSecond() * 35));
    IO.println("the model has learned: " + (Math.exp(run.last().loss()) < 2));     //> the model has learned: true
    IO.println(net.generate(Tokens.CHARACTERS.of("time traveller"), 50, vocabulary));
}
