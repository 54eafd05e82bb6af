package fathom.vision.transforms;

import fathom.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/** Random changes of brightness, contrast, saturation and hue, in random order. */
record ColorJitter(
        ColorJitterOptions.Range brightness,
        ColorJitterOptions.Range contrast,
        ColorJitterOptions.Range saturation,
        ColorJitterOptions.Range hue)
        implements RandomTransform {
    ColorJitter(ColorJitterOptions o) {
        this(o.brightness, o.contrast, o.saturation, o.hue);
    }

    @Override
    public Transform draw(RandomGenerator random, Tensor image) {
        List<Transform> steps = new ArrayList<>();
        add(steps, ColorChange.Kind.BRIGHTNESS, brightness, random);
        add(steps, ColorChange.Kind.CONTRAST, contrast, random);
        add(steps, ColorChange.Kind.SATURATION, saturation, random);
        add(steps, ColorChange.Kind.HUE, hue, random);
        Collections.shuffle(steps, Random.from(random));
        return new Compose(steps);
    }

    private static void add(
            List<Transform> steps, ColorChange.Kind kind, ColorJitterOptions.Range range, RandomGenerator random) {
        if (range.least() != kind.neutral() || range.most() != kind.neutral()) {
            double value = range.least() + random.nextDouble() * (range.most() - range.least());
            steps.add(new ColorChange(kind, value));
        }
    }

    @Override
    public boolean acceptsBytes() {
        return true;
    }
}
