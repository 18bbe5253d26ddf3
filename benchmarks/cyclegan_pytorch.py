"""A CycleGAN training step in float32 PyTorch, in the structure of the authors' code.

Reflection padding, instance norm without parameters, transposed convolutions; the generators move
first while the discriminators take no gradients, then the discriminators, which are shown a
history of 50 pictures; two optimizers
(https://github.com/junyanz/pytorch-CycleGAN-and-pix2pix).
"""

import itertools
import random

import numpy as np
import torch
from torch import nn

GENERATOR, DISCRIMINATOR = 11_378_179, 2_764_737


def normalized(conv, activation):
    return [conv, nn.InstanceNorm2d(conv.out_channels, affine=False), activation]


class Residual(nn.Module):
    """A residual block of two convolutions."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.ReflectionPad2d(1),
            *normalized(nn.Conv2d(256, 256, 3), nn.ReLU(True)),
            nn.ReflectionPad2d(1),
            *normalized(nn.Conv2d(256, 256, 3), nn.Identity()),
        )

    def forward(self, x):
        return x + self.body(x)


def generator():
    """The paper's generator, pictures in [-1, 1] to pictures in [-1, 1]."""
    layers = [nn.ReflectionPad2d(3), *normalized(nn.Conv2d(3, 64, 7), nn.ReLU(True))]
    for count in (64, 128):
        layers += normalized(nn.Conv2d(count, 2 * count, 3, 2, 1), nn.ReLU(True))
    layers += [Residual() for _ in range(9)]
    for count in (256, 128):
        grown = nn.ConvTranspose2d(count, count // 2, 3, 2, padding=1, output_padding=1)
        layers += normalized(grown, nn.ReLU(True))
    layers += [nn.ReflectionPad2d(3), nn.Conv2d(64, 3, 7), nn.Tanh()]
    return checked(nn.Sequential(*layers), GENERATOR)


def discriminator():
    """The PatchGAN of 70x70 pixels, pictures in [-1, 1] to scores."""
    layers = [nn.Conv2d(3, 64, 4, 2, 1), nn.LeakyReLU(0.2, True)]
    for count, stride in ((64, 2), (128, 2), (256, 1)):
        layers += normalized(nn.Conv2d(count, 2 * count, 4, stride, 1), nn.LeakyReLU(0.2, True))
    return checked(nn.Sequential(*layers, nn.Conv2d(512, 1, 4, 1, 1)), DISCRIMINATOR)


def checked(network, expected):
    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(layer.weight, 0.0, 0.02)
            nn.init.zeros_(layer.bias)
    count = sum(p.numel() for p in network.parameters())
    assert count == expected, count
    return network


class Pool:
    """A history of generated pictures; half of the time it returns an earlier one."""

    def __init__(self, size=50):
        self.size, self.pictures = size, []

    def exchange(self, picture):
        picture = picture.detach()
        if len(self.pictures) < self.size:
            self.pictures.append(picture)
            return picture
        if random.random() < 0.5:
            return picture
        index = random.randrange(self.size)
        self.pictures[index], picture = picture, self.pictures[index]
        return picture


def adam(*networks):
    parameters = itertools.chain(*(network.parameters() for network in networks))
    return torch.optim.Adam(parameters, lr=2e-4, betas=(0.5, 0.999))


def least_squares(scores, label):
    return nn.functional.mse_loss(scores, torch.full_like(scores, label))


class Step:
    """A training step between two batches of pictures in [-1, 1]; returns the sum of losses."""

    def __init__(self):
        self.a_to_b, self.b_to_a = generator(), generator()
        self.discriminator_a, self.discriminator_b = discriminator(), discriminator()
        self.pool_a, self.pool_b = Pool(), Pool()
        self.generators = adam(self.a_to_b, self.b_to_a)
        self.discriminators = adam(self.discriminator_a, self.discriminator_b)

    def __call__(self, a, b):
        b_fake = self.a_to_b(a)
        a_cycle = self.b_to_a(b_fake)
        a_fake = self.b_to_a(b)
        b_cycle = self.a_to_b(a_fake)
        self.set_trainable_discriminators(False)
        self.generators.zero_grad()
        loss = self.adversarial_loss(a_fake, b_fake) + self.cycle_loss(a, b, a_cycle, b_cycle)
        loss.backward()
        self.generators.step()
        self.set_trainable_discriminators(True)
        return loss.item() + self.train_discriminators(a, b, a_fake, b_fake)

    def set_trainable_discriminators(self, trainable):
        for network in (self.discriminator_a, self.discriminator_b):
            network.requires_grad_(trainable)

    def adversarial_loss(self, a_fake, b_fake):
        a_scores, b_scores = self.discriminator_a(a_fake), self.discriminator_b(b_fake)
        return least_squares(a_scores, 1.0) + least_squares(b_scores, 1.0)

    def cycle_loss(self, a, b, a_cycle, b_cycle):
        """With the identity loss."""
        distance = nn.functional.l1_loss
        identity = distance(self.b_to_a(a), a) + distance(self.a_to_b(b), b)
        return 10.0 * (distance(a_cycle, a) + distance(b_cycle, b)) + 5.0 * identity

    def train_discriminators(self, a, b, a_fake, b_fake):
        self.discriminators.zero_grad()
        a_fake, b_fake = self.pool_a.exchange(a_fake), self.pool_b.exchange(b_fake)
        total = 0.0
        sides = ((self.discriminator_a, a, a_fake), (self.discriminator_b, b, b_fake))
        for network, real, fake in sides:
            real_scores, fake_scores = network(real), network(fake)
            loss = 0.5 * (least_squares(real_scores, 1.0) + least_squares(fake_scores, 0.0))
            loss.backward()
            total += loss.item()
        self.discriminators.step()
        return total


def stepper(a: np.ndarray, b: np.ndarray):
    """A function that takes a training step on pictures in [0, 1] and returns a loss."""
    pictures = [torch.from_numpy(np.moveaxis(2.0 * x - 1.0, -1, 1).copy()) for x in (a, b)]
    step = Step()
    return lambda: step(*pictures)
