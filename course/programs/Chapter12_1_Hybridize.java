import module fathom;
import static fathom.Tensors.*;

/** The course's section 12.1, Compilers and Interpreters: the same network eagerly, and captured as a plan. */
double seconds(int times, Supplier<Tensor> body) {
    for (int i = 0; i < 20; i++) {
        body.get();
    }
    long start = System.nanoTime();
    for (int i = 0; i < times; i++) {
        body.get();
    }
    return (System.nanoTime() - start) * 1e-9;
}

void main() throws IOException {
    // imperative: Java runs each line; a symbolic program is a text that is compiled before it runs
    IO.println(1 + 2 + (3 + 4));                                                //> 10

    manualSeed(0);
    var net = new Sequential(
            new Linear(512, 256), new ReLU(), new Linear(256, 128), new ReLU(), new Linear(128, 2));
    var x = randn(1, 512);
    try (var off = Autograd.noGrad()) {
        // captured: the first calls run as written and are recorded, later ones replay a plan
        var plan = Captured.of((Tensor in) -> net.call(in));
        for (int i = 0; i < 5; i++) {
            plan.call(x);
        }
        IO.println(plan.call(x).equal(net.call(x)));                            //> true
        IO.println(plan.plan());

        IO.println("eager:    %.4f s".formatted(seconds(1000, () -> net.call(x))));
        IO.println("captured: %.4f s".formatted(seconds(1000, () -> plan.call(x))));

        // another shape makes another plan, and what Java decides is recorded as it was
        IO.println(plan.call(randn(8, 512)).shape());                           //> [8, 2]
    }

    // serialization: the weights, and the network as text from which it is built again without running any code
    net.stateDict().save(Path.of("my_mlp.safetensors"));
    var again = new Sequential(
            new Linear(512, 256), new ReLU(), new Linear(256, 128), new ReLU(), new Linear(128, 2));
    again.loadStateDict(StateDict.load(Path.of("my_mlp.safetensors")));
    IO.println(again.call(x).equal(net.call(x)));                               //> true
    IO.println(Files.size(Path.of("my_mlp.safetensors")) / 1000 + " kB");       //> 658 kB
}
