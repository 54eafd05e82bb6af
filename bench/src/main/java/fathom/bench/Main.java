package fathom.bench;

import fathom.Fathom;
import java.util.List;

/**
 * Measures the bars: {@code ./fathom bench [matmul] [pointwise] [lenet] [mlp] [memory]}; all of them without arguments.
 */
public final class Main {
    private static final List<String> ALL = List.of("matmul", "pointwise", "lenet", "mlp", "memory");

    private Main() {}

    /** Runs the named measurements. */
    public static void main(String[] args) {
        var wanted = args.length == 0 ? ALL : List.of(args);
        for (String name : wanted) {
            if (!ALL.contains(name)) {
                System.err.println("bench: no measurement \"" + name + "\"; there are " + ALL);
                System.exit(2);
            }
        }
        System.out.printf(
                "%s, Java %s, %d threads%n", System.getProperty("os.arch"), Runtime.version(), Fathom.threads());
        Fathom.backends().forEach(b -> System.out.printf("%s: %s%n", b.name(), b.status()));
        var rounds = new Rounds(4, 7, 0.5);
        var steps = new Rounds(10, 7, 1); // a training step has some fifty kernels to compile
        for (String name : wanted) {
            switch (name) {
                case "matmul" -> List.of(256, 1024, 2048).forEach(new KernelBars(rounds, System.out)::matmul);
                case "pointwise" -> new KernelBars(rounds, System.out).pointwise();
                case "memory" -> new MemoryBar(System.out).run(20_000, 64);
                default -> new TrainingBars(steps, System.out).step(name, 256);
            }
        }
    }
}
