package example;

import static fathom.Tensors.*;

import fathom.*;
import fathom.data.*;
import fathom.nn.*;
import fathom.nn.activation.*;
import fathom.nn.loss.*;
import fathom.optim.*;
import fathom.train.*;
import fathom.vision.*;

/** Trains a multilayer perceptron on the images that Fathom carries, with the Trainer. */
public final class Main {
    public static void main(String[] args) {
        manualSeed(0);
        var net = new Sequential(new Flatten(), new Linear(784, 64), new ReLU(), new Linear(64, 10));
        var run =
                new Trainer(net, t -> t.loss(new CrossEntropyLoss()).optimizer(p -> new Adam(p, 3e-3)).progress(false))
                        .fit(FashionMnist.sample(), Epochs.of(3));
        IO.println(run.last());
        Fathom.backends().forEach(b -> IO.println(b.name() + ": " + b.status()));
    }
}
