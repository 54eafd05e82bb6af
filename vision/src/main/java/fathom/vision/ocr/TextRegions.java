package fathom.vision.ocr;

import fathom.vision.ocr.Quad.Corner;
import java.util.ArrayList;
import java.util.List;

/**
 * Rectangles around text from a map of probabilities: connected pixels above a threshold, each with the smallest
 * rectangle around it, grown again by what the training shrank it.
 *
 * @see <a href="https://arxiv.org/abs/1911.08947">Liao et al., 2020: Real-time scene text detection with differentiable
 *     binarization</a>
 */
final class TextRegions {
    private static final int MOST = 1000;

    /** Smaller regions, in pixels of the map, are noise. */
    private static final int MIN_SIDE = 3;

    private final float[] map;
    private final int width;
    private final int height;
    private final OcrOptions options;

    TextRegions(float[] map, int width, int height, OcrOptions options) {
        this.map = map;
        this.width = width;
        this.height = height;
        this.options = options;
    }

    /** {@return the rectangles, in pixels of the map} */
    List<Quad> find() {
        var found = new ArrayList<Quad>();
        var seen = new boolean[map.length];
        for (int i = 0; i < map.length && found.size() < MOST; i++) {
            if (!seen[i] && map[i] > options.pixelThreshold()) {
                RotatedRectangle r = RotatedRectangle.around(region(i, seen)).ofPixels();
                if (r.shortSide() < MIN_SIDE || score(r) < options.boxThreshold()) {
                    continue;
                }
                double by = r.width() * r.height() * options.growth() / (2 * (r.width() + r.height()));
                RotatedRectangle grown = r.grown(by);
                if (grown.shortSide() >= MIN_SIDE + 2) {
                    found.add(grown.quad());
                }
            }
        }
        return found;
    }

    /** {@return the first and last pixel of each row of the region around a pixel} */
    private List<int[]> region(int start, boolean[] seen) {
        var pixels = new ArrayList<int[]>();
        var open = new IntStack();
        open.push(start);
        seen[start] = true;
        while (!open.isEmpty()) {
            int at = open.pop();
            int x = at % width;
            int y = at / width;
            boolean isInner =
                    x > 0
                            && x < width - 1
                            && map[at - 1] > options.pixelThreshold()
                            && map[at + 1] > options.pixelThreshold();
            if (!isInner) {
                pixels.add(new int[] {x, y}); // only ends of rows are corners of the hull
            }
            for (int dy = -1; dy <= 1; dy++) {
                for (int dx = -1; dx <= 1; dx++) {
                    int nx = x + dx;
                    int ny = y + dy;
                    if (nx >= 0 && nx < width && ny >= 0 && ny < height) {
                        int next = ny * width + nx;
                        if (!seen[next] && map[next] > options.pixelThreshold()) {
                            seen[next] = true;
                            open.push(next);
                        }
                    }
                }
            }
        }
        return pixels;
    }

    /** {@return the mean probability inside a rectangle} */
    private double score(RotatedRectangle r) {
        double left = width;
        double right = 0;
        double top = height;
        double bottom = 0;
        for (Corner c : r.quad().corners()) {
            left = Math.min(left, c.x());
            right = Math.max(right, c.x());
            top = Math.min(top, c.y());
            bottom = Math.max(bottom, c.y());
        }
        double sum = 0;
        long count = 0;
        for (int y = (int) Math.max(0, Math.floor(top)); y <= Math.min(height - 1, Math.ceil(bottom)); y++) {
            for (int x = (int) Math.max(0, Math.floor(left)); x <= Math.min(width - 1, Math.ceil(right)); x++) {
                if (r.contains(x + 0.5, y + 0.5)) {
                    sum += map[y * width + x];
                    count++;
                }
            }
        }
        return count == 0 ? 0 : sum / count;
    }

    /** A growable stack. */
    private static final class IntStack {
        private int[] elements = new int[256];
        private int size;

        void push(int element) {
            if (size == elements.length) {
                elements = java.util.Arrays.copyOf(elements, 2 * size);
            }
            elements[size++] = element;
        }

        int pop() {
            return elements[--size];
        }

        boolean isEmpty() {
            return size == 0;
        }
    }
}
