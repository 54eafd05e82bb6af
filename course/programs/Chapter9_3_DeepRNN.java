import module fathom;
import static fathom.Tensors.*;

/** The course's section 9.3, Deep Recurrent Neural Networks: an LSTM of two layers, the second above the first. */
void main() {
    manualSeed(0);
    var letters = Tokens.CHARACTERS.of(TimeMachine.text()).subList(0, 10_000);
    var vocabulary = Vocabulary.of(letters);
    var lstm = new LSTM(vocabulary.size(), 256, o -> o.numLayers(2));
    var out = lstm.forward(rand(35, 32, vocabulary.size()));
    IO.println(out.output().shape() + " " + out.hidden().shape());                  //> [35, 32, 256] [2, 32, 256]
    IO.println(out.output().select(0, -1).equal(out.hidden().select(0, 1)));        //> true

    var net = new StatefulLanguageModel(new RecurrentLanguageModel(lstm), 32);
    var run = new Trainer(net.task(), t -> t.optimizer(p -> new SGD(p, 2)).clipNorm(1).progress(false))
            .fit(Sequences.sequentialPartition(vocabulary.indices(letters), 32, 35), Epochs.of(500));
    IO.println("perplexity %.1f, %.1f tokens/sec on cpu"
            .formatted(Math.exp(run.last().loss()), run.examplesPerSecond() * 35));
    IO.println("the model has learned: " + (Math.exp(run.last().loss()) < 2));     //> the model has learned: true
    IO.println(net.generate(Tokens.CHARACTERS.of("time traveller"), 50, vocabulary));
}
