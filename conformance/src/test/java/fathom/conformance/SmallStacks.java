package fathom.conformance;

import static fathom.Tensors.conv2d;
import static fathom.Tensors.manualSeed;
import static fathom.Tensors.randn;
import static fathom.Tensors.scaledDotProductAttention;

import fathom.Fathom;
import fathom.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A program that computes on small stacks: on the main thread, a platform thread and a virtual thread; then at
 * increasing depths of one stack, until a StackOverflowError. Prints the digests of the products, one per line.
 */
final class SmallStacks {
    private static final Map<String, Supplier<Tensor>> WORK = new TreeMap<>();

    private SmallStacks() {}

    public static void main(String[] arguments) throws InterruptedException {
        manualSeed(1);
        Fathom.setThreads(4);
        Tensor a = randn(200, 300);
        Tensor b = randn(300, 100);
        Tensor x = randn(8, 16, 20, 20);
        Tensor w = randn(32, 16, 3, 3);
        Tensor few = randn(8, 3, 20, 20);
        Tensor fewWeights = randn(6, 3, 5, 5);
        Tensor wide = randn(2, 64, 18, 18);
        Tensor wideWeights = randn(64, 64, 3, 3);
        Tensor q = randn(2, 4, 70, 16);
        WORK.put("product", () -> a.matmul(b));
        WORK.put("product, left transposed", () -> b.transpose(0, 1).matmul(a.transpose(0, 1)));
        WORK.put("convolution", () -> gradient(x, w, 1));
        WORK.put("convolution, stride 2", () -> gradient(x, w, 2));
        WORK.put("convolution of few channels", () -> gradient(few, fewWeights, 1));
        WORK.put("convolution of many channels", () -> gradient(wide, wideWeights, 1));
        WORK.put("attention", () -> scaledDotProductAttention(q, q, q));
        var digests = new ArrayList<List<String>>();
        digests.add(digests());
        var thread = new Thread(() -> digests.add(digests()));
        thread.start();
        thread.join();
        Thread.ofVirtual().start(() -> digests.add(digests())).join();
        var deep = new Thread(() -> digests.add(deeper(0)));
        deep.start();
        deep.join();
        for (List<String> lines : digests) {
            lines.forEach(System.out::println);
            System.out.println();
        }
    }

    private static Tensor gradient(Tensor x, Tensor w, int stride) {
        Tensor in = x.detach().requiresGrad_(true);
        Tensor weights = w.detach().requiresGrad_(true);
        Tensor y = conv2d(in, weights, null, c -> c.stride(stride).padding(1));
        y.square().sum().backward();
        return y.sum().add(in.grad().sum()).add(weights.grad().sum());
    }

    private static List<String> digests() {
        var lines = new ArrayList<String>();
        WORK.forEach((name, work) -> lines.add(name + " " + Double.toHexString(work.get().sum().item())));
        return lines;
    }

    /** Computes at each depth; {@return the result of the deepest success} */
    private static List<String> deeper(int depth) {
        List<String> here;
        try {
            here = digests();
        } catch (StackOverflowError e) {
            return List.of();
        }
        try {
            List<String> below = depth % 150 == 149 ? deeper(depth + 1) : further(depth + 1);
            return below.isEmpty() ? here : below;
        } catch (StackOverflowError e) {
            return here;
        }
    }

    private static List<String> further(int depth) {
        return depth % 150 == 149 ? deeper(depth) : further(depth + 1);
    }
}
