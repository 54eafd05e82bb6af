import module fathom;
import static fathom.Tensors.*;

/** The course's section 8.6, Concise Implementation of Recurrent Neural Networks: the layer, and its training. */
void main() {
    manualSeed(0);
    var letters = Tokens.CHARACTERS.of(TimeMachine.text()).subList(0, 10_000);
    var vocabulary = Vocabulary.of(letters);
    var rnn = new RNN(vocabulary.size(), 256);
    var y = rnn.forward(rand(35, 32, vocabulary.size()), zeros(1, 32, 256));
    IO.println(y.output().shape() + " " + y.hidden().shape());              //> [35, 32, 256] [1, 32, 256]

    var net = new StatefulLanguageModel(new RecurrentLanguageModel(rnn), 32);
    var batches = Sequences.sequentialPartition(vocabulary.indices(letters), 32, 35);
    var run = new Trainer(net.task(), t -> t.optimizer(p -> new SGD(p, 1)).clipNorm(1).progress(false))
            .fit(batches, Epochs.of(500));
    IO.println("perplexity %.1f, %.1f tokens/sec on cpu"
            .formatted(Math.exp(run.last().loss()), run.examplesPerSecond() * 35));
    IO.println("the model has learned: " + (Math.exp(run.last().loss()) < 2));     //> the model has learned: true
    IO.println(net.generate(Tokens.CHARACTERS.of("time traveller"), 50, vocabulary));
}
